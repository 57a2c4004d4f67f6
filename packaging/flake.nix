{
  description = "@description@";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = {nixpkgs, ...}: let
    systems = ["x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin"];
    forAll = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
  in {
    packages = forAll (pkgs: {
      default = pkgs.stdenvNoCC.mkDerivation (self: {
        pname = "pipetail";
        version = "@version@";
        src = pkgs.fetchurl {
          url = "@downloads@/pipetail-@version@.tgz";
          sha256 = "@sha256 pipetail-@version@.tgz@";
        };
        sourceRoot = "package";
        nativeBuildInputs = [pkgs.installShellFiles pkgs.makeWrapper];
        installPhase = ''
          runHook preInstall
          mkdir -p $out/lib/pipetail
          cp -r dist package.json $out/lib/pipetail/
          makeWrapper $out/lib/pipetail/dist/pipetail.js $out/bin/pipetail --prefix PATH : ${pkgs.nodejs_24}/bin
          installManPage man/pipetail.1
          for shell in bash zsh fish; do
            PATH=${pkgs.nodejs_24}/bin:$PATH sh dist/pipetail.js completion $shell >pipetail.$shell
          done
          installShellCompletion pipetail.bash pipetail.fish --name _pipetail pipetail.zsh
          runHook postInstall
        '';
        meta = {
          description = "@description@";
          homepage = "@address@";
          license = pkgs.lib.licenses.mit;
          mainProgram = "pipetail";
        };
      });
    });
  };
}
