#!/bin/sh
# Builds and installs the headers, the shared library, the static library and thousandeyes.pc.
#
#   ./install.sh [--prefix DIR] [--libdir DIR] [--target-dir DIR]
#
# DESTDIR, if set, is put in front of every path written, as packages need it. Default prefix: /usr/local.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local libdir=
target=${CARGO_TARGET_DIR:-$here/target}

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0"; }
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --prefix | --libdir | --target-dir)
            [ $# -ge 2 ] || { echo "install.sh: $1 needs a directory" >&2; exit 2; }
            name=${1#--}; value=$2; shift 2 ;;
        --prefix=* | --libdir=* | --target-dir=*) name=${1%%=*}; name=${name#--}; value=${1#*=}; shift ;;
        *) echo "install.sh: unknown argument $1" >&2; usage >&2; exit 2 ;;
    esac
    case $value in /*) ;; *) value=$PWD/$value ;; esac
    case $name in
        prefix) prefix=$value ;;
        libdir) libdir=$value ;;
        target-dir) target=$value ;;
    esac
done
libdir=${libdir:-$prefix/lib}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/Cargo.toml" | head -n 1)
major=${version%%.*}

cd "$here"
cargo rustc --locked --release --lib --crate-type cdylib --target-dir "$target"
# What a program must link besides when it links statically, as this toolchain says.
notes=$(cargo rustc --locked --profile release-static --lib --crate-type staticlib --target-dir "$target" \
    -- --print native-static-libs 2>&1) || { printf '%s\n' "$notes" >&2; exit 1; }
# Without gcc_s: every C compiler adds its own libgcc, and `cc -static` finds no shared one.
private=$(printf '%s\n' "$notes" | sed -n 's/.*native-static-libs: //p' | tail -n 1 | sed 's/-lgcc_s *//')
: "${private:?the compiler did not name the system libraries of the static library}"

root=${DESTDIR:-}
mkdir -p "$root$prefix/include/thousandeyes" "$root$libdir/pkgconfig"
install -m 644 include/thousandeyes.h include/thousandeyes.hpp "$root$prefix/include/"
install -m 644 include/thousandeyes/*.hpp "$root$prefix/include/thousandeyes/"
case $(uname -s) in
    Darwin)
        install -m 755 "$target/release/libthousandeyes.dylib" "$root$libdir/libthousandeyes.$version.dylib"
        ln -sf "libthousandeyes.$version.dylib" "$root$libdir/libthousandeyes.$major.dylib"
        ln -sf "libthousandeyes.$major.dylib" "$root$libdir/libthousandeyes.dylib" ;;
    *)
        install -m 755 "$target/release/libthousandeyes.so" "$root$libdir/libthousandeyes.so.$version"
        ln -sf "libthousandeyes.so.$version" "$root$libdir/libthousandeyes.so.$major"
        ln -sf "libthousandeyes.so.$major" "$root$libdir/libthousandeyes.so" ;;
esac
install -m 644 "$target/release-static/libthousandeyes.a" "$root$libdir/"
cat > "$root$libdir/pkgconfig/thousandeyes.pc" <<PC
prefix=$prefix
libdir=$libdir
includedir=\${prefix}/include

Name: thousandeyes
Description: Blocking client for the Cisco ThousandEyes v7 API, with a guard against token lockouts
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lthousandeyes
Libs.private: $private
PC
echo "Installed libthousandeyes $version in $root$prefix"
