# Is the token refused, the account locked, this address blocked? Asks the guard, which sends nothing. Once the account
# is unlocked or the token renewed: -Unblock makes one call now. Ends with 0 when calls can be made.
param([switch] $Unblock)

$ErrorActionPreference = 'Stop'
Import-Module ThousandEyes
function Get-Minutes([long] $Milliseconds) { [Math]::Round($Milliseconds / 60000) }
try {
    Connect-ThousandEyes
    $known = Get-ThousandEyesGuard
    $held = $null -ne $known.rejected_ms_ago
    if ($held) {
        $why = ' and never accepted: mistyped, expired or revoked?'
        if ($null -ne $known.accepted_ms_ago) { $why = ', but accepted before: is the account locked?' }
        "The token was refused $(Get-Minutes $known.rejected_ms_ago) min ago$why"
        "No program here sends it for another $(Get-Minutes $known.next_try_in_ms) min."
    }
    else {
        "The token is not refused: $($known.token)."
    }
    if ($null -ne $known.source_ip_blocked_ms_ago) {
        $held = $true
        "The API has blocked this address, as was found $(Get-Minutes $known.source_ip_blocked_ms_ago) min ago."
    }
    "401 answers within the hour: $($known.unauthorized_last_hour) of $($known.budget)."
    "Kept: $($known.store), $($known.store_reason)."
    if ($Unblock) {
        Unblock-ThousandEyesToken  # at most 3 times an hour
        $null = Invoke-ThousandEyesRequest /account-groups
        'One try now: it worked.'
        $held = $false
    }
    if ($held) { exit 1 }
}
catch {
    [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId.Split(',')[0]): $_")
    exit 1
}
