/* A call, and whom Windows trusts: windows_trust call [CA_FILE] | trust DER_FILE */
#include <stdio.h>
#include <string.h>
#include <thousandeyes.h>
#include <windows.h>
#include <wincrypt.h>

static int call(const char *ca_file)
{
    te_options *options = te_options_new();
    te_client *client;
    te_response *response;
    if (ca_file != NULL) {
        te_options_set_ca_file(options, ca_file);
    }
    client = te_client_new(NULL, options);
    response = te_get(client, "/tests");
    printf("%s: %s\n", te_status_name(te_status_of(response)), te_message(response));
    te_free(response);
    te_free(client);
    te_free(options);
    return 0;
}

/* Into the store of the machine, for which no dialogue asks. */
static int trust(const char *file)
{
    static BYTE der[4096];
    FILE *from = fopen(file, "rb");
    DWORD length = from == NULL ? 0 : (DWORD)fread(der, 1, sizeof der, from);
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, "Root");
    int added = store != NULL && CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der, length,
                                                                  CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    printf("%s\n", added ? "done" : "not done");
    CertCloseStore(store, 0);
    if (from != NULL) {
        fclose(from);
    }
    return !added;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "call") == 0) {
        return call(count > 2 ? arguments[2] : NULL);
    }
    return count > 2 ? trust(arguments[2]) : 2;
}
