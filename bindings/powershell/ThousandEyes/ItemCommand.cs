// Get-ThousandEyesItem: the elements of all pages, one object at a time.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ThousandEyes.PowerShell
{
    /// <summary>Follows _links.next through the session, which sends the token to no other origin.</summary>
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
            Dictionary<string, bool> seen = new Dictionary<string, bool>();
            string next = Path;
            for (bool first = true; next != null; first = false)
            {
                string path = next;
                if (seen.ContainsKey(path))
                {
                    throw Unusable("The pages go in a circle: " + path + " was read already.", "CircularPages", path);
                }
                seen.Add(path, true);
                object page = Perform("GET", path, first, null, Document);
                foreach (object element in Elements(page, path))
                {
                    WriteObject(element);
                }
                next = Next(page);
            }
        }

        private object[] Elements(object page, string path)
        {
            object[] found = page as object[];
            PSObject document = page as PSObject;
            if (found != null || document == null)
            {
                return found ?? (page == null ? new object[0] : new[] { page });
            }
            List<string> names = new List<string>();
            foreach (PSPropertyInfo property in document.Properties)
            {
                object[] array = property.Value as object[];
                bool wanted = Property == null
                    || string.Equals(property.Name, Property, StringComparison.OrdinalIgnoreCase);
                if (array != null && wanted)
                {
                    found = array;
                    names.Add(property.Name);
                }
            }
            if (names.Count == 1)
            {
                return found;
            }
            string text = names.Count > 1
                ? "The answer has several arrays: " + string.Join(", ", names) + ". Choose one with -Property."
                : Property != null
                    ? "The answer has no array " + Property + "."
                    : "The answer has no array. Use Invoke-ThousandEyesRequest for a single object.";
            throw Unusable(text, names.Count > 1 ? "SeveralArrays" : "NoArray", path);
        }

        private static string Next(object page)
        {
            object at = page;
            foreach (string name in new[] { "_links", "next", "href" })
            {
                PSObject document = at as PSObject;
                PSPropertyInfo property = document == null ? null : document.Properties[name];
                at = property == null ? null : property.Value;
            }
            string href = at as string;
            return string.IsNullOrEmpty(href) ? null : href;
        }

        private Exception Unusable(string text, string id, string path)
        {
            Exception failure = new InvalidOperationException(text);
            ThrowTerminatingError(new ErrorRecord(failure, id, ErrorCategory.InvalidResult, "GET " + path));
            return failure;
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
