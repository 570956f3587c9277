"""An environment in which no setting of the person who types changes a result."""
import os


def cleaned():
    """The environment without tokens, URLs, proxies and certificates."""
    foreign = ("TE_", "SSL_CERT_")
    return {k: v for k, v in os.environ.items() if not k.startswith(foreign) and not k.lower().endswith("_proxy")}
