// What the library made, and how it is freed.
using System;
using System.Runtime.InteropServices;

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
                ThrowIfDisposed();
                return handle;
            }
        }

        internal void ThrowIfDisposed()
        {
            if (handle.IsClosed)
            {
                throw new ObjectDisposedException(GetType().FullName);
            }
        }

        /// <summary>Frees it. A call that another thread is making with it goes on to its end.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
