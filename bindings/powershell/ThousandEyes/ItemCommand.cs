// Get-ThousandEyesItem: the elements of all pages, one object at a time.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ThousandEyes.PowerShell
{
    /// <summary>What came before a page that fails was written already; the failure names the page.</summary>
    [Cmdlet(VerbsCommon.Get, "ThousandEyesItem")]
    [OutputType(typeof(PSObject))]
    public sealed class ItemCommand : CallCommand
    {
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [ValidateNotNullOrEmpty]
        [ArgumentCompleter(typeof(PathCompleter))]
        public string Path { get; set; }

        /// <summary>The array to take, where a page has more than one.</summary>
        [Parameter]
        [ValidateNotNullOrEmpty]
        public string Property { get; set; }

        protected override void ProcessRecord()
        {
            Client client = Connected();
            string target = "GET " + Path;
            using (Pages pages = Guarded(target, () => Open(client)))
            {
                for (object[] page = Guarded(target, () => Read(pages)); page != null;
                    page = Guarded(target, () => Read(pages)))
                {
                    foreach (object element in page)
                    {
                        WriteObject(element);
                    }
                }
            }
        }

        private Pages Open(Client client)
        {
            using (Call call = new Call("GET", Path))
            {
                Prepare(call);
                return client.Pages(call);
            }
        }

        private object[] Read(Pages pages)
        {
            using (Response page = pages.Next())
            {
                return page == null ? null : Elements(page);
            }
        }

        private object[] Elements(Response page)
        {
            int type = IsJson(page) ? page.JsonType("") : Constants.TE_JSON_ABSENT;
            if (type != Constants.TE_JSON_ARRAY && type != Constants.TE_JSON_OBJECT)
            {
                object only = Document(page);
                return only == null ? new object[0] : new[] { only };
            }
            IList<string> arrays = page.JsonArrays();
            string pointer = page.JsonItems(Property == null ? null : Cased(arrays));
            if (pointer != null)
            {
                return (object[])JsonReader.Read(page.JsonRaw(pointer));
            }
            bool several = Property == null && arrays.Count > 1;
            string text = "The answer has no array. Use Invoke-ThousandEyesRequest for a single object.";
            if (arrays.Count > 0)
            {
                string found = Property == null ? "several arrays: " : "no array " + Property + "; its arrays: ";
                text = "The answer has " + found + string.Join(", ", arrays) + ". Choose one with -Property.";
            }
            Exception failure = new InvalidOperationException(text);
            string id = several ? "SeveralArrays" : "NoArray";
            ThrowTerminatingError(new ErrorRecord(failure, id, ErrorCategory.InvalidResult, "GET " + Path));
            return null;
        }

        /// <summary>The property as the API writes it: case does not count in PowerShell.</summary>
        private string Cased(IList<string> arrays)
        {
            string cased = Property;
            foreach (string name in arrays)
            {
                if (name == Property)
                {
                    return name;
                }
                if (string.Equals(name, Property, StringComparison.OrdinalIgnoreCase))
                {
                    cased = name;
                }
            }
            return cased;
        }
    }

    /// <summary>Offers the lists that most begin with.</summary>
    public sealed class PathCompleter : IArgumentCompleter
    {
        private static readonly string[] Paths =
        {
            "/account-groups", "/agents", "/alerts", "/alerts/rules", "/dashboards", "/endpoint/agents",
            "/labels", "/tags", "/tests", "/users",
        };

        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
            IDictionary fakeBoundParameters)
        {
            // As it is typed: perhaps in quotes, perhaps without the slash.
            string typed = "/" + (wordToComplete ?? "").Trim('\'', '"').TrimStart('/');
            foreach (string path in Paths)
            {
                if (path.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                {
                    yield return new CompletionResult(path, path, CompletionResultType.ParameterValue, path);
                }
            }
        }
    }
}
