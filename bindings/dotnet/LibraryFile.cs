// Which file the native library is read from.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ThousandEyes
{
    /// <summary>
    /// The file in $TE_LIBRARY, else the one beside the assembly (runtimes/RID/native, or the same folder), else
    /// whatever the system finds under the library's name.
    /// </summary>
    public static class LibraryFile
    {
        private static readonly object Once = new object();
        private static bool done;
        private static IntPtr loaded;

        /// <summary>
        /// The folder that is searched. Default: the assembly's; to be set where it has none, as after Add-Type.
        /// </summary>
        public static string Folder { get; set; }

        /// <summary>The file in use; null: the system's search found it, or nothing was loaded yet.</summary>
        public static string Path { get; private set; }

        /// <summary>Before the first call into the library. When it fails, the next call tries again.</summary>
        internal static void Load()
        {
            lock (Once)
            {
                if (done)
                {
                    return;
                }
                string named = Environment.GetEnvironmentVariable("TE_LIBRARY");
                if (!string.IsNullOrEmpty(named))
                {
                    // Named by a person: another file instead would be a surprise, so its failure is thrown.
                    Open(System.IO.Path.GetFullPath(named));
                    Path = named;
                }
                else if (!LoadBeside() && !FoundBySystem())
                {
                    LoadBySecondName();
                }
                done = true;
            }
        }

        /// <summary>The files that are tried beside the assembly on this system.</summary>
        public static IList<string> Candidates()
        {
            List<string> files = new List<string>();
            string folder = Folder;
            if (string.IsNullOrEmpty(folder))
            {
                string assembly = typeof(LibraryFile).Assembly.Location;
                folder = string.IsNullOrEmpty(assembly) ? null : System.IO.Path.GetDirectoryName(assembly);
            }
            if (folder == null)
            {
                return files;
            }
            // The process's, not the machine's: a 32-bit PowerShell on 64-bit Windows needs the 32-bit library.
            string processor = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            string[] systems = { "linux", "linux-musl" };
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                systems = new[] { "win" };
            }
            else if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            {
                systems = new[] { "osx" };
            }
            string[] names = Names();
            foreach (string system in systems)
            {
                string path = System.IO.Path.Combine("runtimes", system + "-" + processor, "native");
                files.AddRange(names.Select(name => System.IO.Path.Combine(folder, path, name)));
            }
            files.AddRange(names.Select(name => System.IO.Path.Combine(folder, name)));
            return files;
        }

        /// <summary>The second is that of packages for running programs only, such as Debian's.</summary>
        private static string[] Names()
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                return new[] { "thousandeyes.dll" };
            }
            return RuntimeInformation.IsOSPlatform(OSPlatform.OSX)
                ? new[] { "libthousandeyes.dylib", "libthousandeyes.0.dylib" }
                : new[] { "libthousandeyes.so", "libthousandeyes.so.0" };
        }

        private static bool LoadBeside()
        {
            DllNotFoundException last = null;
            foreach (string file in Candidates())
            {
                if (!File.Exists(file))
                {
                    continue;
                }
                try
                {
                    Open(System.IO.Path.GetFullPath(file));
                    Path = file;
                    return true;
                }
                catch (DllNotFoundException failure)
                {
                    // glibc's and musl's lie side by side, and one of them loads.
                    last = failure;
                }
            }
            if (last != null)
            {
                throw last;
            }
            return false;
        }

        private static bool FoundBySystem()
        {
            try
            {
                Probe();
                return true;
            }
            catch (DllNotFoundException)
            {
                return false;
            }
        }

        /// <summary>DllImport tries the first name only.</summary>
        private static void LoadBySecondName()
        {
            Exception why = null;
            foreach (string name in Names().Skip(1))
            {
                try
                {
                    Open(name);
                    return;
                }
                catch (DllNotFoundException failure)
                {
                    why = failure;
                }
            }
            string text = "The native library was found neither by the system nor in {0}. Put it there, or name "
                + "its file in the environment variable TE_LIBRARY.";
            string place = Candidates().FirstOrDefault() ?? "a folder of this assembly's";
            throw new DllNotFoundException(string.Format(text, place), why);
        }

        /// <summary>Loads a file, or a name that the system looks for, and has DllImport's name mean it.</summary>
        private static void Open(string file)
        {
            MethodInfo load = OfNativeLibrary("Load", typeof(string));
            string why = null;
            try
            {
                if (load != null)
                {
                    loaded = (IntPtr)load.Invoke(null, new object[] { file });
                    Redirect();
                }
                else if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                {
                    // .NET Framework: what is loaded already is what DllImport's bare name means from then on.
                    bool isLoaded = LoadLibraryW(file) != IntPtr.Zero;
                    why = isLoaded ? null : new System.ComponentModel.Win32Exception().Message;
                }
                else
                {
                    why = MonoLibrary.Load(file);
                }
            }
            catch (TargetInvocationException failure)
            {
                why = failure.InnerException.Message;
            }
            if (why != null)
            {
                string text = "The native library {0} could not be loaded into this {1} process: {2}";
                object processor = RuntimeInformation.ProcessArchitecture;
                throw new DllNotFoundException(string.Format(text, file, processor, why));
            }
        }

        /// <summary>Tells DllImport, where a file that is loaded does not yet answer to its name.</summary>
        private static void Redirect()
        {
            Type resolver = Type.GetType("System.Runtime.InteropServices.DllImportResolver, " + Interop);
            MethodInfo set = OfNativeLibrary("SetDllImportResolver", typeof(Assembly), resolver);
            MethodInfo resolve = typeof(LibraryFile).GetMethod("Resolve", BindingFlags.NonPublic | BindingFlags.Static);
            Delegate own = Delegate.CreateDelegate(resolver, resolve);
            set.Invoke(null, new object[] { typeof(LibraryFile).Assembly, own });
        }

        private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search)
        {
            return name == Native.Name ? loaded : IntPtr.Zero;
        }

        private const string Interop = "System.Runtime.InteropServices";

        /// <summary>.NET Core 3 and later have it; netstandard2.0 and .NET Framework cannot name it.</summary>
        private static MethodInfo OfNativeLibrary(string method, params Type[] parameters)
        {
            Type type = Type.GetType("System.Runtime.InteropServices.NativeLibrary, " + Interop);
            return type == null ? null : type.GetMethod(method, parameters);
        }

        /// <summary>A function of its own: Mono does not look again for one that it did not find.</summary>
        [DllImport(Native.Name, EntryPoint = "te_abi_version", CallingConvention = CallingConvention.Cdecl)]
        private static extern int Probe();

        [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
        private static extern IntPtr LoadLibraryW(string file);
    }
}
