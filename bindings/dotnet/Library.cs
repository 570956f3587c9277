// The library itself: its version, and whether it is one that this binding knows.
using System;

namespace ThousandEyes
{
    /// <summary>Facts about the library itself.</summary>
    public static class Library
    {
        private static bool fits;

        public static string Version
        {
            get { return Loaded(() => Utf8.Read(Native.te_version())); }
        }

        /// <summary>How many handles are alive in this process: 0 when everything was disposed of.</summary>
        public static long LiveHandles
        {
            get { return Loaded(() => Native.te_live_handles()); }
        }

        /// <summary>Uses functions that need no handle of the library, once it is known to be the right one.</summary>
        internal static T Checked<T>(Func<T> use)
        {
            Check();
            return use();
        }

        /// <summary>Stops before functions are called that mean something else in the library found.</summary>
        internal static void Check()
        {
            if (fits)
            {
                return;
            }
            int found = Loaded(() => Native.te_abi_version());
            if (found != Constants.TE_ABI_VERSION)
            {
                string text = "The libthousandeyes found, version {0}, has C interface {1}; this binding needs {2}. "
                    + "Install both from one release.";
                throw new DllNotFoundException(string.Format(text, Version, found, Constants.TE_ABI_VERSION));
            }
            fits = true;
        }

        /// <summary>
        /// Mono looks for the library when it compiles a method that calls it, and never again: the calls are in
        /// methods of their own, which are compiled when the library is there.
        /// </summary>
        private static T Loaded<T>(Func<T> use)
        {
            LibraryFile.Load();
            return use();
        }
    }
}
