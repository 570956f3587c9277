# For a clone, which needs no SDK: compiles the C# sources. A built module has none of this; its manifest names the assembly.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw 'Constrained language forbids compiling. Use the built module: dotnet build bindings/powershell -o FOLDER/ThousandEyes'
}

$known = $null
# Types stay in the process: a second runspace finds those of the first, and those that start together wait for it.
$once = [string]::Intern('ThousandEyes.PowerShell')
[Threading.Monitor]::Enter($once)
try {
    $known = 'ThousandEyes.PowerShell.ConnectCommand' -as [type]
    if ($null -eq $known) {
        $binding = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '../../dotnet'))
        $sources = [IO.Directory]::GetFiles($PSScriptRoot, '*.cs') + [IO.Directory]::GetFiles($binding, '*.cs')
        $known = (Add-Type -LiteralPath $sources -PassThru)[0]
    }
    if (-not [ThousandEyes.LibraryFile]::Folder) {
        # Compiled in memory, it has no folder of its own to look for the native library in.
        [ThousandEyes.LibraryFile]::Folder = $PSScriptRoot
    }
}
finally {
    [Threading.Monitor]::Exit($once)
}
Import-Module -Assembly $known.Assembly
