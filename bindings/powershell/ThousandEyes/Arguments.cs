// What arguments are refused before PowerShell makes something else of them.
using System;
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    /// <summary>For a secret: text is refused with advice; the type alone says that it cannot be converted.</summary>
    [AttributeUsage(AttributeTargets.Property)]
    public sealed class NeverTextAttribute : ArgumentTransformationAttribute
    {
        public override object Transform(EngineIntrinsics engine, object given)
        {
            object bare = given is PSObject ? ((PSObject)given).BaseObject : given;
            if (bare is string)
            {
                throw new ArgumentTransformationMetadataException(
                    "Text would stay in the history. Use Read-Host -AsSecureString, or $env:TE_TOKEN.");
            }
            return given;
        }
    }

    /// <summary>Tells $null from "", which a parameter for text makes of it.</summary>
    [AttributeUsage(AttributeTargets.Property)]
    public sealed class NeverNullAttribute : ArgumentTransformationAttribute
    {
        public override object Transform(EngineIntrinsics engine, object given)
        {
            if (given == null)
            {
                throw new ArgumentTransformationMetadataException("It is $null, as of a variable without a value.");
            }
            return given;
        }
    }
}
