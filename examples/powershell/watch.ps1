# Writes each item of a list when it first appears. Ctrl-C ends it, also while a call waits.
param(
    [ValidateRange(1, 86400)] [int] $Seconds = 60,
    [string] $Path = '/alerts',
    [string] $Id = 'id'  # what has no such member is new each time
)

$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
$known = @{}
try {
    Connect-ThousandEyes
    while ($true) {
        $pause = $Seconds
        try {
            Get-ThousandEyesItem $Path | ForEach-Object {
                $name = $_.$Id
                if ($null -eq $name -or -not $known.ContainsKey($name)) { $_ }
                if ($null -ne $name) { $known[$name] = $true }
            }
        }
        catch [ThousandEyes.RetryException] {
            [Console]::Error.WriteLine("$($_.Exception.StatusName): $_")
        }
        catch [ThousandEyes.WaitException] {
            [Console]::Error.WriteLine("$($_.Exception.StatusName): $_")
            if ($_.Exception.RetryAfter) {
                $pause = [Math]::Max($Seconds, $_.Exception.RetryAfter.TotalSeconds)
            }
        }
        Start-Sleep -Seconds $pause
    }
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
