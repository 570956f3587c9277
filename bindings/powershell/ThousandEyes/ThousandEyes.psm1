# Imports the built assembly that lies beside this file, or compiles the same sources: a clone needs no SDK.
Set-StrictMode -Version 2

$built = [IO.Path]::Combine($PSScriptRoot, 'ThousandEyes.PowerShell.dll')
if ([IO.File]::Exists($built)) {
    Import-Module -Name $built
}
else {
    # Types stay in the process: a second runspace finds those of the first.
    $known = 'ThousandEyes.PowerShell.ConnectCommand' -as [type]
    if ($null -eq $known) {
        $binding = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '../../dotnet'))
        $sources = [IO.Directory]::GetFiles($PSScriptRoot, '*.cs') + [IO.Directory]::GetFiles($binding, '*.cs')
        $known = (Add-Type -Path $sources -PassThru)[0]
    }
    if (-not [ThousandEyes.LibraryFile]::Folder) {
        # Compiled in memory, it has no folder of its own to look for the native library in.
        [ThousandEyes.LibraryFile]::Folder = $PSScriptRoot
    }
    Import-Module -Assembly $known.Assembly
}
