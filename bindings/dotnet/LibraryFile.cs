// Which file the native library is read from.
using System;
using System.Collections.Generic;
using System.IO;
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

        /// <summary>Before the first call into the library.</summary>
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
                    loaded = Open(named);
                    Path = named;
                }
                else
                {
                    LoadBeside();
                }
                if (loaded != IntPtr.Zero)
                {
                    Redirect();
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
            string name = "libthousandeyes.so";
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                systems = new[] { "win" };
                name = "thousandeyes.dll";
            }
            else if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            {
                systems = new[] { "osx" };
                name = "libthousandeyes.dylib";
            }
            foreach (string system in systems)
            {
                string path = System.IO.Path.Combine("runtimes", system + "-" + processor, "native", name);
                files.Add(System.IO.Path.Combine(folder, path));
            }
            files.Add(System.IO.Path.Combine(folder, name));
            return files;
        }

        private static void LoadBeside()
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
                    loaded = Open(file);
                    Path = file;
                    return;
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
        }

        private static IntPtr Open(string file)
        {
            string whole = System.IO.Path.GetFullPath(file);
            MethodInfo load = OfNativeLibrary("Load", typeof(string));
            Exception why = null;
            IntPtr handle = IntPtr.Zero;
            try
            {
                if (load != null)
                {
                    handle = (IntPtr)load.Invoke(null, new object[] { whole });
                }
                else if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                {
                    // .NET Framework: what is loaded already is what DllImport's bare name means from then on.
                    handle = LoadLibraryW(whole);
                    why = handle == IntPtr.Zero ? new System.ComponentModel.Win32Exception() : null;
                }
                else
                {
                    // Mono has its own ways: LD_LIBRARY_PATH or a dllmap.
                    return IntPtr.Zero;
                }
            }
            catch (TargetInvocationException failure)
            {
                why = failure.InnerException;
            }
            if (why != null)
            {
                string text = "The native library {0} could not be loaded into this {1} process: {2}";
                object processor = RuntimeInformation.ProcessArchitecture;
                throw new DllNotFoundException(string.Format(text, whole, processor, why.Message), why);
            }
            return handle;
        }

        /// <summary>Tells DllImport, where a file that is loaded does not yet answer to its name.</summary>
        private static void Redirect()
        {
            Type resolver = Type.GetType("System.Runtime.InteropServices.DllImportResolver, " + Interop);
            if (resolver == null)
            {
                return;
            }
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

        [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
        private static extern IntPtr LoadLibraryW(string file);
    }
}
