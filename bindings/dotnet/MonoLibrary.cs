// How Mono is told which file the native library is.
using System;
using System.Runtime.InteropServices;

namespace ThousandEyes
{
    /// <summary>Functions of the process that is Mono, which has no NativeLibrary.</summary>
    internal static class MonoLibrary
    {
        private const int RTLD_NOW = 2;

        /// <summary>Loads a file and has DllImport's name mean it. Gives why that did not work, or null.</summary>
        internal static string Load(string file)
        {
            if (dlopen(file, RTLD_NOW) == IntPtr.Zero)
            {
                return Marshal.PtrToStringAnsi(dlerror());
            }
            mono_dllmap_insert(IntPtr.Zero, Native.Name, null, file, null);
            return null;
        }

        [DllImport("__Internal", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern IntPtr dlopen(string file, int flags);

        [DllImport("__Internal", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern IntPtr dlerror();

        [DllImport("__Internal", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern void mono_dllmap_insert(
            IntPtr assembly, string library, string function, string file, string itsFunction);
    }
}
