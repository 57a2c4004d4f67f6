# Homebrew: the Formula folder of a tap.
class Pipetail < Formula
  desc "@description@"
  homepage "@address@"
  url "@downloads@/pipetail-@version@.tgz"
  sha256 "@sha256 pipetail-@version@.tgz@"
  license "MIT"

  depends_on "node"

  def install
    system "npm", "install", *std_npm_args
    bin.install_symlink libexec.glob("bin/*")
    man1.install_symlink libexec.glob("share/man/man1/*")
    generate_completions_from_executable(bin/"pipetail", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/pipetail --version")
    assert_match "nightly", shell_output("#{bin}/pipetail list --demo")
  end
end
