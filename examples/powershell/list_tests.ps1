# Lists the tests of the account, all pages: token from $env:TE_TOKEN or the file $env:TE_TOKEN_FILE.
$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
try {
    Connect-ThousandEyes
    foreach ($test in Get-ThousandEyesItem /tests) { $test.testName }
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
