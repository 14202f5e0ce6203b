# Runs the command for Windows under wine: a tour, contexts, and TLS against `openssl s_server`, which plays the gateway.
set -eu

programs=/src/target/windows/build/x86_64-pc-windows-gnu/debug
work=$(mktemp -d)
cd "$work"
server=

sf() { timeout 120 wine "$programs/sf-backup.exe" "$@"; }
async() { sf --max-attempts 1 --no-verify -e "https://localhost:$port" "$@" service resume CalcApp/CalcService; }
blocking() { timeout 120 wine "$programs/examples/call_blocking.exe" "https://localhost:$port" resume CalcApp/CalcService "$@"; }

fail() {
    echo "failed: $1" >&2
    for file in out said; do
        if [ -f "$file" ]; then sed "s/^/    $file: /" "$file" >&2; fi
    done
    exit 1
}

# Runs a command that must fail and say so. Its exit code alone is no proof: on a busy machine wine has given 0 for a program
# that had printed its error.
fails() {
    if "$@" >said 2>&1; then grep -q '^error: \|FAILED' said; fi
}

# Waits until a file contains a text.
wait_for() {
    tries=0
    until grep -q -e "$1" "$2" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || fail "no $1 in $2"
        sleep 0.1
    done
}

# Starts a gateway; sets its port.
gateway() {
    stop
    rm -f in out
    mkfifo in
    openssl s_server -tls1_2 -no_ticket -no_cache -accept 127.0.0.1:0 -cert server.pem -key server.key -CAfile ca.pem "$@" \
        <in >out 2>&1 &
    server=$!
    exec 9>in
    wait_for 'ACCEPT 127' out
    port=$(sed -n 's/.*ACCEPT 127.0.0.1:\([0-9]*\).*/\1/p' out | head -n 1)
}

# Waits for the request, renegotiates if told to, until the gateway has printed a text, and responds.
respond() {
    wait_for 'POST .*ResumeBackup' out
    if [ "$1" = renegotiate ]; then
        printf 'R\n' >&9
        wait_for "$2" out
    fi
    printf 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n' >&9
}

stop() {
    if [ -n "$server" ]; then
        exec 9>&-
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}
trap stop EXIT

# Calls a gateway that requires a certificate on each transport, and one that asks for it after the request, if this Windows
# renegotiates.
accepted() {
    what=$1
    shift
    for transport in async blocking; do
        gateway -Verify 1
        respond handshake &
        $transport "$@" >said 2>&1 || fail "$what, $transport"
        grep -q 'depth=0.*operator' out || fail "$what, $transport: no client certificate"
        echo "ok: $what, $transport"
        if [ -n "$renegotiation" ]; then
            gateway
            respond renegotiate 'depth=0.*operator' &
            $transport "$@" >said 2>&1 || fail "$what, $transport, renegotiation"
            echo "ok: $what, $transport, renegotiation"
        fi
    done
}

# Expects that no request is sent.
refused() {
    what=$1
    expected=$2
    shift 2
    for transport in async blocking; do
        gateway
        fails $transport "$@" || fail "$what, $transport: accepted"
        grep -q -e "$expected" said || fail "$what, $transport: no $expected"
        if grep -q POST out; then fail "$what, $transport: a request was sent"; fi
        echo "ok: $what, $transport: refused"
    done
}

echo '== tour and contexts'
sf --version | grep -q '^sf-backup '
sf demo --fast >said
if [ "$(LC_ALL=C tr -d '\000-\177' <said | wc -c)" != 0 ]; then fail 'a pipe gets characters that the code page may lack'; fi
sf policy create --help | grep -q -- '`.\{0,1\}$' || fail 'examples are not for PowerShell'
export APPDATA='C:\users\root\AppData\Roaming'
sf context add secured -e https://cluster:19080 --cert-store 'Cert:\CurrentUser\My' \
    --cert-thumbprint '‎34 9a 95 38 2e 3a 4d 8f d6 d4 2b 36 b4 c0 4a bf f3 5b d4 21' >/dev/null 2>said
if grep -q 'access list' said; then fail 'the access list of the contexts is not set'; fi
contexts="$APPDATA\\sf-backup\\config.toml"
# Wine's icacls accepts everything and does nothing.
if wine icacls 'C:\no such file' >/dev/null 2>&1; then
    echo 'skipped: access lists: icacls of this Windows succeeds for a file that does not exist'
else
    wine icacls "$contexts" >said
    [ "$(grep -c ':(' said)" = 1 ] && grep -q ':(F)' said || fail 'others than the owner have access to the contexts'
    echo 'ok: access lists'
fi
sf context show --context secured >said
grep -q '349A95382E3A4D8FD6D42B36B4C04ABFF35BD421' said || fail 'the context does not keep the thumbprint'
sf context add secured --replace -e http://localhost:19080 >/dev/null
sf context show --context secured >said
grep -q 'http://localhost:19080' said || fail 'the context is not replaced'
sf context remove secured >/dev/null
fails sf context show --context secured || fail 'the context is not removed'
echo 'ok: tour, contexts'

echo '== paths'
letters() { printf "%0.sx" $(seq "$1"); }
long=$(letters 100)
mkdir -p "$work/$long/$long/$long"
drive="Z:$(echo "$work" | tr / '\\')"
deep="$drive\\$long\\$long\\$long"
for folder in "$drive" "$deep" "\\\\?\\$deep"; do
    for again in new replaced; do
        sf completions powershell -f "$folder\\script.ps1" 2>said || fail "$folder, $again: not written"
    done
    fails sf policy lint "$folder\\none.json" || fail "$folder: a file that is not there is read"
    grep -q 'none.json: cannot be read: File not found' said || fail "$folder: not read as a path"
done
[ "$(find "$work" -name script.ps1 | wc -l)" = 2 ] || fail 'a file was written elsewhere'
fails sf sim --topology '\\?\UNC\localhost\none\t.json' || fail 'a share that is not there is read'
grep -q 'cannot be read' said || fail 'a path of a share is not read as one'
echo 'ok: drives, long paths, shares'

echo '== TLS'
key() { openssl genpkey -quiet -algorithm "$@"; }
key EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key
openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 30 -out ca.pem
issue() { # NAME SUBJECT EXTENSIONS
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    printf '%s\n' "$3" >extensions
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 30 -extfile extensions -out "$1.pem" 2>/dev/null
}
key RSA -pkeyopt rsa_keygen_bits:2048 -out server.key
issue server /CN=cluster.example 'subjectAltName=DNS:localhost'
key RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
# Earlier runs have left certificates in the store.
name="rsa operator $(date +%s)"
issue rsa "/CN=$name" 'extendedKeyUsage=clientAuth'
key EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key
issue ec '/CN=ec operator' 'extendedKeyUsage=clientAuth'
openssl pkcs12 -export -in rsa.pem -inkey rsa.key -passout pass:secret -out rsa.pfx
openssl pkcs12 -export -in ec.pem -inkey ec.key -passout pass:secret -out ec.pfx
printf 'secret\r\n' >password
thumbprint() { openssl x509 -in "$1" -noout -fingerprint -sha1 | cut -d= -f2; }
pin=$(thumbprint server.pem)
mine=$(thumbprint rsa.pem)

# Wine sends no handshake message after a HelloRequest until the server sends more, which the example shows.
renegotiation=
gateway
respond renegotiate 'Read BLOCK\|SSL_do_handshake -> 1' &
if timeout 60 wine "$programs/examples/renegotiate.exe" "$port" >said 2>&1; then
    renegotiation=yes
else
    echo 'skipped: renegotiation: SChannel of this Windows does not renegotiate (crates/sf-backup-transport/examples/renegotiate.rs)'
fi
accepted 'PKCS#12' --pkcs12 rsa.pfx --pkcs12-password-file password --server-thumbprint "$pin"
accepted 'PEM with RSA' --cert rsa.pem --key rsa.key --server-thumbprint "$pin"
accepted 'private authority' --cert rsa.pem --key rsa.key --ca ca.pem
timeout 120 wine "$programs/examples/import_pfx.exe" rsa.pfx secret
accepted 'certificate store, thumbprint' --cert-thumbprint "$mine" --server-thumbprint "$pin"
accepted 'certificate store, subject' --cert-store 'CurrentUser\My' --cert-subject "CN=$name" --ca ca.pem

echo '== doctor'
doctor() { fails sf -e https://localhost:1 "$@" doctor || fail 'doctor reaches port 1'; }
doctor --cert-thumbprint "$mine"
grep -q 'passed  cert-store .*CurrentUser.My: 1 of .*CN=rsa operator [0-9]*, valid until 20.*, private key' said ||
    fail 'doctor does not describe the certificate'
grep -q 'FAILED  port' said || fail 'doctor does not go on after the certificate store'
doctor --cert-subject nobody
grep -q 'FAILED  cert-store .*contains no certificate with subject' said || fail 'doctor misses no certificate'
grep -q 'to do: .*Get-ChildItem' said || fail 'doctor does not say what to do'
echo 'ok: doctor'

refused 'wrong pin' thumbprint --server-thumbprint "$mine"
key EC -pkeyopt ec_paramgen_curve:P-256 -out other.key
openssl req -x509 -new -key other.key -subj '/CN=Other CA' -days 30 -out other.pem
refused 'another authority' CERT_E_UNTRUSTEDROOT --ca other.pem
refused 'no such certificate' 'contains no certificate with subject' --cert-subject nobody --server-thumbprint "$pin"
key RSA -pkeyopt rsa_keygen_bits:2048 -out server.key
issue server /CN=cluster.example 'subjectAltName=DNS:cluster.example'
refused 'another host' CERT_E_CN_NO_MATCH --ca ca.pem
accepted 'common name' --cert rsa.pem --key rsa.key --ca ca.pem --server-common-name cluster.example
# Wine imports no EC keys, which the example shows: it has none of our code.
if timeout 120 wine "$programs/examples/import_pfx.exe" ec.pfx secret 2>/dev/null; then
    accepted 'PEM with EC' --cert ec.pem --key ec.key --server-thumbprint "$(thumbprint server.pem)"
else
    echo 'skipped: PEM with EC: this Windows imports no EC keys (crates/sf-backup-transport/examples/import_pfx.rs)'
fi
echo '== all passed'
