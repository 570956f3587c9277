"""nginx with certificates of an authority of its own, for tests/windows."""
import contextlib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

CA = """[ca]
default_ca=ca
[ca]
database=index
new_certs_dir=.
default_md=sha256
default_crl_days=30
"""
NGINX = """daemon off;
pid pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path .; proxy_temp_path .; fastcgi_temp_path .; uwsgi_temp_path .; scgi_temp_path .;
    server {{ listen 127.0.0.1:{good} ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
              location / {{ proxy_pass {url}; }} }}
    server {{ listen 127.0.0.1:{revoked} ssl; ssl_certificate revoked.pem; ssl_certificate_key revoked.key; }}
    server {{ listen 127.0.0.1:{list}; location /{name}.crl {{ alias ca.crl; }} }}
}}
"""


@contextlib.contextmanager
def behind_tls(url):
    """A folder with ca.pem and ca.der; ports with a good certificate, where calls are handed on to that URL, and with a
    revoked one."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as held:
        folder = Path(name)
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        good, revoked, listed = (free.getsockname()[1] for free in sockets)
        certificates(folder, f"http://127.0.0.1:{listed}/{folder.name}.crl")
        held.close()
        text = NGINX.format(good=good, revoked=revoked, list=listed, url=url, name=folder.name)
        (folder / "nginx.conf").write_text(text)
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", "nginx.conf", "-e", "error.log"])
        try:
            while socket.socket().connect_ex(("127.0.0.1", good)) != 0 and nginx.poll() is None:
                time.sleep(0.05)
            yield folder, good, revoked
        finally:
            nginx.terminate()
            nginx.wait()


def certificates(folder, list_of_revoked):
    """An authority's, two that it has issued, and its list, which names one of them."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    def make(name, subject, *extensions):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
        more = [word for extension in extensions for word in ("-addext", extension)]
        by = [] if name == "ca" else ["-CA", "ca.pem", "-CAkey", "ca.key"]
        openssl("req", "-x509", *key, "-days", "30", "-subj", f"/CN={subject}", "-out", f"{name}.pem", *by, *more)

    make("ca", "Example Company CA", "keyUsage=critical,keyCertSign,cRLSign")
    for name in ["good", "revoked"]:
        of_a_server = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth"]
        of_a_server.append("subjectAltName=DNS:localhost")
        make(name, "localhost", *of_a_server, f"crlDistributionPoints=URI:{list_of_revoked}")
    (folder / "openssl.cnf").write_text(CA)
    (folder / "index").touch()
    ca = ["ca", "-config", "openssl.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"]
    openssl(*ca, "-revoke", "revoked.pem")
    openssl(*ca, "-gencrl", "-out", "list.pem")
    openssl("crl", "-in", "list.pem", "-outform", "DER", "-out", "ca.crl")
    openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")
    authority = (folder / "ca.pem").read_text()
    for name in ["good.pem", "revoked.pem"]:
        # Wine 8 takes a chain whose authority is nowhere to be seen for a good one.
        (folder / name).write_text((folder / name).read_text() + authority)
