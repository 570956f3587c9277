# Lists the tests of the account, all pages: token from $env:TE_TOKEN or the file $env:TE_TOKEN_FILE.
$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
try {
    Connect-ThousandEyes
    Get-ThousandEyesItem /tests | ForEach-Object { $_.testName }
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
