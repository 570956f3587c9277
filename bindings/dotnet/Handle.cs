// What crosses the border to the library, and stays alive meanwhile: handles, text, callbacks.
using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace ThousandEyes
{
    /// <summary>A handle of any kind. Freed once, by Dispose or by the finalizer, on whatever thread.</summary>
    internal sealed class Handle : SafeHandle
    {
        /// <summary>What the library may call while the handle lives; not the collector's until then.</summary>
        internal object Keep;

        private Handle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        protected override bool ReleaseHandle()
        {
            Native.te_free(handle);
            return true;
        }

        /// <summary>
        /// Reads something that the library lends. Held for so long: another thread may dispose of the handle.
        /// </summary>
        internal T Borrow<T>(Func<Handle, T> read)
        {
            bool held = false;
            try
            {
                DangerousAddRef(ref held);
                return read(this);
            }
            finally
            {
                if (held)
                {
                    DangerousRelease();
                }
            }
        }

        internal string Message()
        {
            return Borrow(handle => Utf8.Read(Native.te_message(handle)));
        }

        /// <summary>Itself, if making it worked; or else it is freed and the failure thrown.</summary>
        internal Handle Checked()
        {
            try
            {
                Failure.Check(this);
                return this;
            }
            catch
            {
                Dispose();
                throw;
            }
        }
    }

    /// <summary>Something of the library that is freed with Dispose, once or more, by any thread.</summary>
    public abstract class Resource : IDisposable
    {
        private readonly Handle handle;

        internal Resource(Handle handle)
        {
            this.handle = handle;
        }

        internal Handle Handle
        {
            get
            {
                if (handle.IsClosed)
                {
                    throw new ObjectDisposedException(GetType().FullName);
                }
                return handle;
            }
        }

        /// <summary>Frees it. A call that another thread is making with it goes on to its end.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }

    /// <summary>Text as the library takes and gives it. .NET Framework's marshaller has no UTF-8.</summary>
    internal static class Utf8
    {
        // Half a surrogate pair is an ArgumentException; the lenient encoding would send a question mark instead.
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        private const string Inside = "The text has U+0000 inside, and the library would take it for the end.";

        /// <summary>UTF-8 that ends with NUL; null stays null.</summary>
        internal static byte[] Text(string text)
        {
            byte[] bytes = Room(text);
            Fill(bytes, text);
            return bytes;
        }

        /// <summary>The bytes of a body, without NUL; null stays null.</summary>
        internal static byte[] Body(string text)
        {
            return text == null ? null : Strict.GetBytes(text);
        }

        internal static UIntPtr Length(byte[] bytes)
        {
            return new UIntPtr(bytes == null ? 0u : (uint)bytes.Length);
        }

        /// <summary>Lends a secret's bytes: pinned, so that the collector leaves no copies, then wiped.</summary>
        internal static T Secret<T>(string text, Func<byte[], T> use)
        {
            byte[] bytes = Room(text);
            GCHandle pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            try
            {
                Fill(bytes, text);
                return use(bytes);
            }
            finally
            {
                if (bytes != null)
                {
                    Array.Clear(bytes, 0, bytes.Length);
                }
                pin.Free();
            }
        }

        /// <summary>The same for a secret that is no string; what is copied of it is pinned and wiped too.</summary>
        internal static T Secret<T>(SecureString text, Func<byte[], T> use)
        {
            char[] letters = new char[text.Length];
            byte[] bytes = new byte[Strict.GetMaxByteCount(letters.Length) + 1];
            GCHandle pinLetters = GCHandle.Alloc(letters, GCHandleType.Pinned);
            GCHandle pinBytes = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            IntPtr copy = IntPtr.Zero;
            try
            {
                copy = Marshal.SecureStringToGlobalAllocUnicode(text);
                Marshal.Copy(copy, letters, 0, letters.Length);
                if (Array.IndexOf(letters, '\0') >= 0)
                {
                    throw new ArgumentException(Inside);
                }
                Strict.GetBytes(letters, 0, letters.Length, bytes, 0);
                return use(bytes);
            }
            finally
            {
                if (copy != IntPtr.Zero)
                {
                    Marshal.ZeroFreeGlobalAllocUnicode(copy);
                }
                Array.Clear(letters, 0, letters.Length);
                Array.Clear(bytes, 0, bytes.Length);
                pinLetters.Free();
                pinBytes.Free();
            }
        }

        /// <summary>A copy of lent text; null for NULL.</summary>
        internal static string Read(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
            {
                length++;
            }
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        private static byte[] Room(string text)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw new ArgumentException(Inside);
            }
            return new byte[Strict.GetByteCount(text) + 1];
        }

        private static void Fill(byte[] bytes, string text)
        {
            if (bytes != null)
            {
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
            }
        }
    }

    /// <summary>Stands between the library and the host's callbacks: no exception may cross native code.</summary>
    internal sealed class Callbacks
    {
        [ThreadStatic]
        private static Exception thrown;

        internal readonly te_interrupt Interrupt;
        internal readonly te_log Log;

        internal Callbacks(Func<bool> interrupt, Action<int, string> log)
        {
            if (interrupt != null)
            {
                Interrupt = user => Ask(interrupt);
            }
            if (log != null)
            {
                Log = (level, text, user) => Tell(log, level, text);
            }
        }

        /// <summary>What this thread's Interrupt threw. Taken away, so that no later call has it.</summary>
        internal static Exception Thrown()
        {
            Exception last = thrown;
            thrown = null;
            return last;
        }

        private static int Ask(Func<bool> interrupt)
        {
            try
            {
                return interrupt() ? 1 : 0;
            }
            catch (Exception failure)
            {
                thrown = failure;
                return 1;
            }
        }

        private static void Tell(Action<int, string> log, int level, IntPtr text)
        {
            try
            {
                log(level, Utf8.Read(text));
            }
            catch (Exception)
            {
                // The call is worth more than a line about it.
            }
        }
    }
}
