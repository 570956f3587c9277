#!/bin/sh
# Builds and installs the headers, the shared and the static library, thousandeyes.pc and the CMake package.
#
#   ./install.sh [--prefix DIR] [--libdir DIR] [--target-dir DIR]
#   ./install.sh --uninstall [--prefix DIR] [--libdir DIR]
#
# DESTDIR, if set, is put in front of every path written, as packages need it. Default prefix: /usr/local.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local libdir= each=put
target=${CARGO_TARGET_DIR:-$here/target}

usage() { sed -n '2,7s/^# \{0,1\}//p' "$0"; }
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --uninstall) each=remove; shift; continue ;;
        --prefix | --libdir | --target-dir)
            [ $# -ge 2 ] || { echo "install.sh: $1 needs a directory" >&2; exit 2; }
            name=${1#--}; value=$2; shift 2 ;;
        --prefix=* | --libdir=* | --target-dir=*) name=${1%%=*}; name=${name#--}; value=${1#*=}; shift ;;
        *) echo "install.sh: unknown argument $1" >&2; usage >&2; exit 2 ;;
    esac
    case $value in /*) ;; *) value=$PWD/$value ;; esac
    value=${value%/}
    case $name in
        prefix) prefix=$value ;;
        libdir) libdir=$value ;;
        target-dir) target=$value ;;
    esac
done
libdir=${libdir:-$prefix/lib}
root=${DESTDIR:-}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/Cargo.toml" | head -n 1)
major=${version%%.*}
case ${CARGO_BUILD_TARGET:-$(uname -s)} in
    *apple* | Darwin)
        plain=libthousandeyes.dylib soname=libthousandeyes.$major.dylib shared=libthousandeyes.$version.dylib ;;
    *) plain=libthousandeyes.so soname=$plain.$major shared=$plain.$version ;;
esac

# Everything that belongs to an installation; the library before what leads to it.
everything() {
    $each 755 "$libdir/$shared" copy "${library:-}"
    $each link "$libdir/$soname" "$shared"
    $each link "$libdir/$plain" "$soname"
    $each 644 "$libdir/libthousandeyes.a" copy "${archive:-}"
    for header in include/thousandeyes.h include/thousandeyes.hpp include/thousandeyes/*.hpp; do
        $each 644 "$prefix/$header" copy "$header"
    done
    $each 644 "$libdir/pkgconfig/thousandeyes.pc" fill packaging/thousandeyes.pc.in
    for part in config config-version; do
        $each 644 "$libdir/cmake/thousandeyes/thousandeyes-$part.cmake" fill "packaging/thousandeyes-$part.cmake.in"
    done
}

# put MODE PATH COMMAND FILE, put link PATH TARGET: in one step, so that nobody sees half a file or none.
put() {
    mkdir -p "$root${2%/*}"
    unfinished=$root$2.new-$$
    if [ "$1" = link ]; then
        ln -s "$3" "$unfinished"
    else
        "$3" "$4" > "$unfinished"
        chmod "$1" "$unfinished"
    fi
    mv -f "$unfinished" "$root$2"
}

copy() { cat "$1"; }

remove() {
    [ -e "$root$2" ] || [ -L "$root$2" ] || return 0
    if [ "$1" = link ] && [ "$(readlink "$root$2")" != "$3" ]; then
        echo "Kept $root$2: it leads to $(readlink "$root$2"), which is not of version $version."
        return 0
    fi
    rm "$root$2"
    echo "Removed $root$2"
    removed=yes
    # A folder that is the library's alone.
    case ${2%/*} in */thousandeyes) rmdir "$root${2%/*}" 2>/dev/null || : ;; esac
}

cd "$here"
if [ $each = remove ]; then
    removed=no
    has_library=no
    [ ! -L "$root$libdir/$soname" ] || has_library=yes
    everything
    [ $removed = yes ] || { echo "install.sh: libthousandeyes $version is not installed in $root$prefix" >&2; exit 1; }
    [ $has_library = yes ] ||
        { echo "install.sh: there was no library in $root$libdir; was it installed with --libdir?" >&2; exit 1; }
    exit 0
fi

library=$(packaging/build-shared "$target")
# What a program must link besides when it links statically, as this toolchain says.
notes=$(packaging/cargo rustc --locked --profile release-static --lib --crate-type staticlib --target-dir "$target" \
    -- --print native-static-libs 2>&1) || { printf '%s\n' "$notes" >&2; exit 1; }
archive=$target/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}release-static/libthousandeyes.a
# Without gcc_s: every C compiler adds its own libgcc, and `cc -static` finds no shared one.
private=$(printf '%s\n' "$notes" | sed -n 's/.*native-static-libs: //p' | tail -n 1 | sed 's/-lgcc_s *//')
: "${private:?the compiler did not name the system libraries of the static library}"
pointer=$(rustc ${CARGO_BUILD_TARGET:+--target "$CARGO_BUILD_TARGET"} --print cfg |
    sed -n 's/^target_pointer_width="\(.*\)"/\1/p')

# How prefix and library folder see each other, so that what is installed may be moved.
case $libdir in
    "$prefix"/*)
        below=${libdir#"$prefix"/}
        libdir_of_prefix="\${prefix}/$below"
        include="\${_thousandeyes_libdir}/$(printf %s "$below" | sed 's,[^/]\{1\,\},..,g')/include" ;;
    *) libdir_of_prefix=$libdir include=$prefix/include ;;
esac
private_list=$(printf %s "$private" | sed 's/ -/;-/g; s/;-l/;/g; s/^-l//; s/ *$//')
bytes=$((pointer / 8))

fill() {
    script=
    for name in prefix libdir_of_prefix include version shared soname private private_list bytes; do
        eval "value=\$$name"
        script="$script
            s,@$name@,$(printf %s "$value" | sed 's/[\\&,]/\\&/g'),"
    done
    sed "$script" "$1"
}

umask 022
trap 'rm -f "${unfinished:-}"' EXIT
trap 'exit 1' HUP INT TERM
everything
echo "Installed libthousandeyes $version in $root$prefix"
