// Objects of the pipeline to JSON and to query text, the same in every culture.
using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace ThousandEyes.PowerShell
{
    /// <summary>
    /// Writes what a person builds a body of: hashtables, custom objects, lists, text, numbers, truth, dates.
    /// </summary>
    internal sealed class JsonWriter
    {
        private const int Deepest = 100;

        private readonly StringBuilder made = new StringBuilder();
        private int depth;

        /// <summary>An ArgumentException says what cannot be written.</summary>
        internal static string Write(object value)
        {
            JsonWriter writer = new JsonWriter();
            writer.Value(value);
            return writer.made.ToString();
        }

        /// <summary>
        /// A single value as text: true and false small, numbers with a point, dates as the API has them; else null.
        /// </summary>
        internal static string Plain(object value)
        {
            value = Bare(value);
            if (value is bool || value is SwitchParameter)
            {
                return LanguagePrimitives.IsTrue(value) ? "true" : "false";
            }
            if (value is DateTime)
            {
                // A time without a zone is the clock on the wall, as everywhere in PowerShell.
                return ((DateTime)value).ToUniversalTime().ToString(Time, CultureInfo.InvariantCulture);
            }
            if (value is DateTimeOffset)
            {
                return ((DateTimeOffset)value).UtcDateTime.ToString(Time, CultureInfo.InvariantCulture);
            }
            if (value is double || value is float)
            {
                return ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture);
            }
            if (value is string || value is char || value is Uri || value is Version)
            {
                return value.ToString();
            }
            bool single = value is Guid || value is Enum || value is IConvertible && IsNumber(value);
            return single ? ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture) : null;
        }

        private const string Time = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

        private static bool IsNumber(object value)
        {
            TypeCode code = ((IConvertible)value).GetTypeCode();
            return code >= TypeCode.SByte && code <= TypeCode.Decimal;
        }

        /// <summary>Without the wrapping that the pipeline puts around; custom objects have nothing else.</summary>
        private static object Bare(object value)
        {
            PSObject wrapped = value as PSObject;
            return wrapped == null || wrapped.BaseObject is PSCustomObject ? value : wrapped.BaseObject;
        }

        private void Value(object value)
        {
            value = Bare(value);
            if (++depth > Deepest)
            {
                throw new ArgumentException("The body is nested too deeply; perhaps it holds itself.");
            }
            string plain = Plain(value);
            if (value == null)
            {
                made.Append("null");
            }
            else if (plain != null)
            {
                bool bare = value is bool || value is SwitchParameter || value is IConvertible && IsNumber(value);
                if (value is Enum || !bare)
                {
                    String(plain);
                }
                else if (plain.IndexOf('N') >= 0 || plain.IndexOf('I') >= 0 || plain.IndexOf('∞') >= 0)
                {
                    throw new ArgumentException("JSON has no number " + plain + ".");
                }
                else
                {
                    made.Append(plain);
                }
            }
            else
            {
                Many(value);
            }
            depth--;
        }

        private void Many(object value)
        {
            IDictionary dictionary = value as IDictionary;
            PSObject custom = value as PSObject;
            bool first = true;
            if (dictionary != null)
            {
                foreach (DictionaryEntry entry in dictionary)
                {
                    Member(ref first, Convert.ToString(entry.Key, CultureInfo.InvariantCulture), entry.Value);
                }
                made.Append(first ? "{}" : "}");
            }
            else if (custom != null)
            {
                foreach (PSPropertyInfo property in custom.Properties)
                {
                    Member(ref first, property.Name, property.Value);
                }
                made.Append(first ? "{}" : "}");
            }
            else if (value is IEnumerable)
            {
                foreach (object element in (IEnumerable)value)
                {
                    made.Append(first ? '[' : ',');
                    first = false;
                    Value(element);
                }
                made.Append(first ? "[]" : "]");
            }
            else
            {
                string text = "A {0} cannot be sent as JSON; give a hashtable, a custom object, a list or text.";
                throw new ArgumentException(string.Format(text, value.GetType().FullName));
            }
        }

        private void Member(ref bool first, string name, object value)
        {
            made.Append(first ? '{' : ',');
            first = false;
            String(name);
            made.Append(':');
            Value(value);
        }

        private void String(string text)
        {
            made.Append('"');
            foreach (char letter in text)
            {
                if (letter == '"' || letter == '\\')
                {
                    made.Append('\\').Append(letter);
                }
                else if (letter < ' ')
                {
                    made.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                }
                else
                {
                    made.Append(letter);
                }
            }
            made.Append('"');
        }
    }
}
