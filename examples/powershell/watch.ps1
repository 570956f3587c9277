# Writes each alert when it first appears, until Ctrl-C: watch.ps1 [SECONDS], 60 by default from one look to the next.
param([ValidateRange(1, 86400)] [int] $Seconds = 60)

$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
$known = @{}
try {
    Connect-ThousandEyes
    while ($true) {
        $pause = $Seconds
        try {
            Get-ThousandEyesItem /alerts | Where-Object { -not $known.ContainsKey($_.id) } | ForEach-Object {
                $known[$_.id] = $true
                $_
            }
        }
        catch [ThousandEyes.RetryException] {
            [Console]::Error.WriteLine("$($_.Exception.StatusName): $_")
        }
        catch [ThousandEyes.WaitException] {
            [Console]::Error.WriteLine("$($_.Exception.StatusName): $_")
            if ($_.Exception.RetryAfter) {
                $pause = [Math]::Max($Seconds, [Math]::Ceiling($_.Exception.RetryAfter.TotalSeconds))
            }
        }
        Start-Sleep -Seconds $pause
    }
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
