// JSON to objects of the pipeline. ConvertFrom-Json is not for this: Windows PowerShell's refuses large documents, and
// PowerShell 7's makes local dates of strings.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace ThousandEyes.PowerShell
{
    /// <summary>
    /// Objects become PSObjects, arrays object[]; whole numbers long, or decimal where they are too large, others
    /// double. Strings stay strings.
    /// </summary>
    internal sealed class JsonReader
    {
        // Each level is a call: without an end, a hostile document would end the process.
        private const int Deepest = 200;

        private readonly string text;
        private readonly string of;
        private int at;
        private int depth;

        private JsonReader(string text, string of)
        {
            this.text = text;
            this.of = of;
        }

        /// <summary>The whole document; a FormatException where it is none.</summary>
        internal static object Read(string text, string of = "The answer")
        {
            JsonReader reader = new JsonReader(text, of);
            object value = reader.Value();
            reader.Space();
            if (reader.at < text.Length)
            {
                throw reader.Wrong("more than one value");
            }
            return value;
        }

        private object Value()
        {
            switch (Next())
            {
                case '{':
                    return Nested(Members);
                case '[':
                    return Nested(Elements);
                case '"':
                    return String();
                case 't':
                    return Word("true", true);
                case 'f':
                    return Word("false", false);
                case 'n':
                    return Word("null", null);
                default:
                    return Number();
            }
        }

        private object Nested(Func<object> read)
        {
            if (++depth > Deepest)
            {
                throw Wrong("nested too deeply");
            }
            at++;
            object value = read();
            depth--;
            return value;
        }

        private object Members()
        {
            PSObject made = new PSObject();
            if (Take('}'))
            {
                return made;
            }
            do
            {
                if (Next() != '"')
                {
                    throw Wrong("a name is missing");
                }
                string name = String();
                if (!Take(':'))
                {
                    throw Wrong("a colon is missing");
                }
                Set(made, name, Value());
            }
            while (Take(','));
            return Closed('}', made);
        }

        private static void Set(PSObject made, string name, object value)
        {
            // A property must have a name, and its case does not count: the last of several stays, as in JSON.
            name = name.Length == 0 ? "(empty)" : name;
            PSPropertyInfo known = made.Properties[name];
            if (known == null)
            {
                made.Properties.Add(new PSNoteProperty(name, value));
            }
            else if (known is PSNoteProperty)
            {
                known.Value = value;
            }
        }

        private object Elements()
        {
            List<object> elements = new List<object>();
            if (Take(']'))
            {
                return elements.ToArray();
            }
            do
            {
                elements.Add(Value());
            }
            while (Take(','));
            return Closed(']', elements.ToArray());
        }

        private object Closed(char end, object value)
        {
            if (!Take(end))
            {
                throw Wrong("'" + end + "' is missing");
            }
            return value;
        }

        private string String()
        {
            int start = ++at;
            while (at < text.Length && text[at] != '"' && text[at] != '\\' && text[at] >= ' ')
            {
                at++;
            }
            if (at < text.Length && text[at] == '"')
            {
                return text.Substring(start, at++ - start);
            }
            StringBuilder made = new StringBuilder(text, start, at - start, Math.Max(16, 2 * (at - start)));
            for (; at < text.Length && text[at] >= ' '; at++)
            {
                if (text[at] == '"')
                {
                    at++;
                    return made.ToString();
                }
                made.Append(text[at] == '\\' ? Escaped() : text[at]);
            }
            throw Wrong("a string does not end");
        }

        private char Escaped()
        {
            char letter = ++at < text.Length ? text[at] : '\0';
            int plain = "\"\\/bfnrt".IndexOf(letter);
            if (plain >= 0)
            {
                return "\"\\/\b\f\n\r\t"[plain];
            }
            ushort code;
            if (letter == 'u' && at + 4 < text.Length && ushort.TryParse(
                text.Substring(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
            {
                at += 4;
                return (char)code;
            }
            throw Wrong("an unknown escape");
        }

        private object Number()
        {
            int start = at;
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || "+-.".IndexOf(text[at]) >= 0))
            {
                at++;
            }
            string number = text.Substring(start, at - start);
            long whole;
            decimal large;
            double real;
            CultureInfo plain = CultureInfo.InvariantCulture;
            if (long.TryParse(number, NumberStyles.AllowLeadingSign, plain, out whole))
            {
                return whole;
            }
            if (decimal.TryParse(number, NumberStyles.AllowLeadingSign, plain, out large))
            {
                return large;
            }
            bool digit = number.Length > 0 && (number[0] == '-' || char.IsDigit(number[0]));
            if (digit && double.TryParse(number, NumberStyles.Float, plain, out real))
            {
                return real;
            }
            at = start;
            throw Wrong("a value is missing");
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
            {
                throw Wrong("a value is missing");
            }
            at += word.Length;
            return value;
        }

        private char Next()
        {
            Space();
            return at < text.Length ? text[at] : '\0';
        }

        private bool Take(char wanted)
        {
            if (Next() != wanted)
            {
                return false;
            }
            at++;
            return true;
        }

        private void Space()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
            {
                at++;
            }
        }

        private FormatException Wrong(string what)
        {
            return new FormatException(of + " is not JSON: " + what + " at character " + (at + 1) + ".");
        }
    }
}
