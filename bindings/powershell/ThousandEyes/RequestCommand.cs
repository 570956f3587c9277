// Invoke-ThousandEyesRequest, and what it shares with Get-ThousandEyesItem.
using System;
using System.Collections;
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    public enum Method
    {
        Get,
        Post,
        Put,
        Patch,
        Delete,
    }

    /// <summary>A cmdlet that makes calls.</summary>
    public abstract class CallCommand : SessionCommand
    {
        /// <summary>Names and values; a list as a value stands for several, and $null for none.</summary>
        [Parameter]
        [ValidateNotNull]
        public IDictionary Query { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        [ValidatePattern("^[0-9]+$")]
        public string AccountGroup { get; set; }

        /// <summary>Time of each call, waits included.</summary>
        [Parameter]
        [Alias("TimeoutSeconds")]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        /// <summary>Makes a call and gives what <paramref name="read"/> makes of the answer.</summary>
        internal T Perform<T>(string method, string path, string body, Func<Response, T> read)
        {
            Client client = Connected();
            return Guarded(method + " " + path, () =>
            {
                using (Call call = new Call(method, path))
                {
                    Prepare(call);
                    if (body != null)
                    {
                        call.SetBody(body);
                    }
                    using (Response response = client.Perform(call))
                    {
                        return read(response);
                    }
                }
            });
        }

        /// <summary>Sets what the parameters say.</summary>
        internal void Prepare(Call call)
        {
            if (AccountGroup != null)
            {
                call.SetAccountGroup(AccountGroup);
            }
            if (TimeoutSec > 0)
            {
                call.SetTimeout(TimeSpan.FromSeconds(TimeoutSec));
            }
            if (Query == null)
            {
                return;
            }
            foreach (DictionaryEntry entry in Query)
            {
                string name = Convert.ToString(entry.Key, System.Globalization.CultureInfo.InvariantCulture);
                IEnumerable values = LanguagePrimitives.GetEnumerable(entry.Value) ?? new[] { entry.Value };
                foreach (object value in values)
                {
                    if (value == null)
                    {
                        continue;
                    }
                    string text = JsonWriter.Plain(value);
                    if (text == null)
                    {
                        throw new ArgumentException("The query parameter " + name + " is neither text nor number.");
                    }
                    call.SetQuery(name, text);
                }
            }
        }

        /// <summary>JSON as objects, another body as text; null where there is none.</summary>
        internal static object Document(Response response)
        {
            string text = response.Text;
            if (text.Length == 0)
            {
                return null;
            }
            return IsJson(response) ? JsonReader.Read(text) : text;
        }

        internal static bool IsJson(Response response)
        {
            string type = response.Header("content-type") ?? "";
            return type.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
        }
    }

    /// <summary>Makes one call.</summary>
    [Cmdlet(VerbsLifecycle.Invoke, "ThousandEyesRequest", SupportsShouldProcess = true)]
    [OutputType(typeof(PSObject), typeof(string))]
    public sealed class RequestCommand : CallCommand
    {
        [Parameter(Mandatory = true, Position = 0)]
        [ValidateNotNullOrEmpty]
        [ArgumentCompleter(typeof(PathCompleter))]
        public string Path { get; set; }

        [Parameter]
        public Method Method { get; set; }

        /// <summary>
        /// Text that is JSON is sent as it is; anything else as JSON. A variable without a value makes no call.
        /// </summary>
        [Parameter(ValueFromPipeline = true)]
        [ValidateNotNull]
        public object Body { get; set; }

        /// <summary>The body of the answer as text.</summary>
        [Parameter]
        public SwitchParameter Raw { get; set; }

        protected override void ProcessRecord()
        {
            string method = Method.ToString().ToUpperInvariant();
            if (Method != Method.Get && !ShouldProcess(Path, method))
            {
                return;
            }
            string body = Guarded(method + " " + Path, () => Written());
            object answer = Perform(method, Path, body, read => Raw ? read.Text : Document(read));
            if (answer != null)
            {
                WriteObject(answer, answer is object[]);
            }
        }

        private string Written()
        {
            object bare = Body is PSObject ? ((PSObject)Body).BaseObject : Body;
            string text = bare as string;
            if (bare == null || text == null)
            {
                return bare == null ? null : JsonWriter.Write(Body);
            }
            try
            {
                JsonReader.Read(text, "The body");
                return text;
            }
            catch (FormatException failure)
            {
                // Such as the single lines of Get-Content without -Raw.
                string advice = " Nothing was sent. Give an object, or all of a file: Get-Content -Raw.";
                throw new ArgumentException(failure.Message + advice, failure);
            }
        }
    }
}
