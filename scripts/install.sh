#!/bin/sh
# Installs pipetail for the user, without root: the program, its manual page and completions below --prefix.
#
#   sh install.sh [--prefix DIR] [--from PLACE] [--version N]
#   sh install.sh --uninstall [--prefix DIR]
#
# --prefix DIR  where to: DIR/bin/pipetail and so on; ~/.local unless given
# --from PLACE  a folder or an address with the archive and SHA256SUMS, instead of the usual one
# --uninstall   removes what it has installed and nobody has changed, and no logs, settings or sessions
set -eu

# All are filled in when a release is made. key: the public key that signs SHA256SUMS, as in ~/.ssh/id_ed25519.pub.
address=''
version=''
key=''

prefix="${HOME:+$HOME/.local}"
uninstall=

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --prefix | --from | --version)
      case "${2:-}" in '' | --*) fail "$1 needs a value" ;; esac
      case "$1" in
        --prefix) prefix="$2" ;;
        --from) address="$2" ;;
        --version) version="$2" ;;
      esac
      shift 2
      ;;
    --uninstall) uninstall=yes && shift ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit ;;
    *) fail "unknown option $1 · try: sh install.sh --help" ;;
  esac
done

case "$prefix" in
  '') fail 'HOME is not set · try: sh install.sh --prefix DIR' ;;
  /*) ;;
  *) prefix="$PWD/$prefix" ;;
esac

# Everything that is installed, below the prefix. bin/pipetail is last: what is there is whole.
files='lib/pipetail/libatomic.so.1
share/man/man1/pipetail.1
share/bash-completion/completions/pipetail
share/zsh/site-functions/_pipetail
share/fish/vendor_completions.d/pipetail.fish
share/doc/pipetail/LICENSE
share/doc/pipetail/NOTICES.md
share/doc/pipetail/LICENSE.node
share/doc/pipetail/LICENSE.libatomic
bin/pipetail'

# Their checksums as they were installed, in the form of sha256sum: what has another one belongs to somebody else.
sums='share/doc/pipetail/SHA256SUMS'

if command -v sha256sum >/dev/null; then
  sha256='sha256sum'
elif command -v shasum >/dev/null; then
  sha256='shasum -a 256'
else
  fail 'sha256sum or shasum is needed'
fi

# sum FILE: its SHA-256.
sum() {
  $sha256 <"$1" | cut -d ' ' -f 1
}

# is_there FILE: below the prefix, a link to nowhere too.
is_there() {
  [ -e "$prefix/$1" ] || [ -L "$prefix/$1" ]
}

# is_own FILE: it is below the prefix, and as it was installed.
is_own() {
  [ -f "$prefix/$1" ] && [ ! -L "$prefix/$1" ] && [ -f "$prefix/$sums" ] &&
    grep -qxF "$(sum "$prefix/$1")  $1" "$prefix/$sums"
}

# remove FILE…: below the prefix, with the folders that are empty then.
remove() {
  for each; do
    rm -f "$prefix/$each"
    (cd "$prefix" 2>/dev/null && rmdir -p "${each%/*}" 2>/dev/null) || :
  done
}

if [ -n "$uninstall" ]; then
  [ -f "$prefix/$sums" ] || fail "there is no pipetail in $prefix that install.sh has installed"
  for file in $files; do
    if is_there "$file" && ! is_own "$file"; then
      echo "install.sh: $prefix/$file is not as it was installed: it stays" >&2
    else
      remove "$file"
    fi
  done
  remove "$sums"
  echo "pipetail is removed from $prefix"
  echo "Sessions, recordings and settings are still in ~/.local/state/pipetail, ~/.cache/pipetail and ~/.config/pipetail"
  exit
fi

case "$(uname -s) $(uname -m)" in
  'Linux x86_64') platform=linux-x64 ;;
  'Linux aarch64' | 'Linux arm64') platform=linux-arm64 ;;
  'Darwin arm64') platform=darwin-arm64 ;;
  *) fail "there is no single file for $(uname -s) $(uname -m) · with Node 22.19 or newer: npm install -g pipetail" ;;
esac
# musl, as in Alpine, does not load programs that were made for glibc.
if [ "$(uname -s)" = Linux ] && [ -z "$(ls /lib64/ld-linux-* /lib/ld-linux-* 2>/dev/null)" ]; then
  fail 'this system has no glibc · with Node 22.19 or newer: npm install -g pipetail'
fi
[ -n "$address" ] || fail 'where from? · try: sh install.sh --from FOLDER'
[ -n "$version" ] || fail 'which version? · try: sh install.sh --version 1.0.0'

for file in $files $sums; do
  [ ! -d "$prefix/$file" ] || fail "$prefix/$file is a folder · try: sh install.sh --prefix DIR"
done
if is_there bin/pipetail; then
  is_own bin/pipetail || fail "$prefix/bin/pipetail is not from install.sh · remove it, or try: sh install.sh --prefix DIR"
fi

# What lies below the prefix under a name for the time being.
staged=
place="$(mktemp -d)"
trap 'rm -rf "$place"; remove $staged' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# get NAME: brings a file of the release to $place.
get() {
  case "$address" in
    http://* | https://*)
      if command -v curl >/dev/null; then
        curl -fsSL "$address/$1" -o "$place/$1"
      elif command -v wget >/dev/null; then
        wget -q "$address/$1" -O "$place/$1"
      else
        fail 'curl or wget is needed'
      fi
      ;;
    *) cp "$address/$1" "$place/$1" ;;
  esac || fail "$address/$1 cannot be had"
}

# can_verify: ssh-keygen is there, and of OpenSSH 8.2 or newer.
can_verify() {
  command -v ssh-keygen >/dev/null || return
  case "$(ssh-keygen -Y verify 2>&1)" in *'unknown option'* | *'illegal option'*) return 1 ;; esac
}

get SHA256SUMS
if [ -n "$key" ]; then
  if can_verify; then
    get SHA256SUMS.sig
    echo "pipetail $key" >"$place/signers"
    ssh-keygen -Y verify -f "$place/signers" -I pipetail -n pipetail -s "$place/SHA256SUMS.sig" \
      <"$place/SHA256SUMS" >/dev/null 2>&1 ||
      fail "SHA256SUMS is not the one that was released: its signature is wrong"
  else
    echo 'install.sh: the signature of SHA256SUMS is not checked: that needs ssh-keygen of OpenSSH 8.2' >&2
  fi
fi
expected=
for archive in "pipetail-$version-$platform.tar.zst" "pipetail-$version-$platform.tar.gz"; do
  case "$archive" in *.zst) command -v zstd >/dev/null || continue ;; esac
  expected="$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$place/SHA256SUMS")"
  [ -z "$expected" ] || break
done
[ -n "$expected" ] || fail "SHA256SUMS does not name $archive"
get "$archive"
[ "$(sum "$place/$archive")" = "$expected" ] || fail "$archive is damaged or not the one that was released: its checksum is wrong"

mkdir "$place/unpacked"
case "$archive" in
  *.zst) zstd -dc "$place/$archive" ;;
  *) gzip -dc "$place/$archive" ;;
esac | tar -xf - -C "$place/unpacked" || fail "$archive cannot be unpacked below $place"
source="$place/unpacked/pipetail-$version-$platform"
[ -x "$source/bin/pipetail" ] || fail "$archive has no bin/pipetail"

mkdir -p "$source/${sums%/*}"
# All of it is written beside its place first: without room for one file, none is installed.
for file in $files $sums; do
  if [ "$file" != "$sums" ]; then
    [ -e "$source/$file" ] || continue
    printf '%s  %s\n' "$(sum "$source/$file")" "$file" >>"$source/$sums"
  fi
  mkdir -p "$prefix/${file%/*}" || fail "$prefix cannot be written to · try: sh install.sh --prefix DIR"
  # Removed first: a link there would lead the copy elsewhere.
  rm -f "$prefix/$file.new" || fail "$prefix/$file.new is in the way"
  staged="$staged $file.new"
  cp "$source/$file" "$prefix/$file.new" || fail "$prefix/$file cannot be written: nothing is installed"
done
# Renamed into its place: a pipetail that runs goes on with the old file. The checksums first: they tell what to remove.
for file in $sums $files; do
  [ -e "$source/$file" ] || continue
  mv -f "$prefix/$file.new" "$prefix/$file" || fail "$prefix/$file cannot be replaced"
done
staged=

if ! installed="$("$prefix/bin/pipetail" --version 2>&1)"; then
  fail "pipetail is in $prefix/bin, but does not start here: $installed"
fi
echo "$installed is in $prefix/bin"
case ":$PATH:" in
  *":$prefix/bin:"*) ;;
  *) echo "$prefix/bin is not in your PATH: add it, or type $prefix/bin/pipetail" ;;
esac
echo 'Try it: pipetail --demo'
