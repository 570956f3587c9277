// Text and secrets on their way to the library and back.
using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace ThousandEyes
{
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

        /// <summary>The same for a JSON pointer: at what is none, nothing would be found, and nobody told.</summary>
        internal static byte[] Pointer(string text)
        {
            if (!string.IsNullOrEmpty(text) && text[0] != '/')
            {
                throw new ArgumentException("A JSON pointer begins with /, and \"" + text + "\" does not.");
            }
            return Text(text);
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
}
