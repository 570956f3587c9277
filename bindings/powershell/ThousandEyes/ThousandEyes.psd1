@{
    RootModule = 'ThousandEyes.psm1'
    ModuleVersion = '0.1.0'
    GUID = 'dc7281ab-353b-4870-a715-04eed2117db7'
    Author = 'The contributors of libthousandeyes'
    Copyright = 'Apache-2.0 OR MIT'
    Description = 'Calls to the Cisco ThousandEyes v7 API that cannot get an account locked or an address blocked. Independent; not made or endorsed by Cisco.'
    PowerShellVersion = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
    CmdletsToExport = @(
        'Connect-ThousandEyes'
        'Disconnect-ThousandEyes'
        'Get-ThousandEyesGuard'
        'Get-ThousandEyesItem'
        'Invoke-ThousandEyesRequest'
        'Unblock-ThousandEyesToken'
    )
    PrivateData = @{ PSData = @{ Tags = @('ThousandEyes', 'Windows', 'Linux', 'MacOS') } }
}
