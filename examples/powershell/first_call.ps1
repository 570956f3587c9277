# Makes one call and writes its answer: first_call.ps1 [PATH]. Token: $env:TE_TOKEN or the file $env:TE_TOKEN_FILE.
param([string] $Path = '/account-groups')

$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
try {
    Connect-ThousandEyes
    Invoke-ThousandEyesRequest $Path
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
