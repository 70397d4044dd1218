#!/bin/sh
# pack.sh [BUILD [OUT]]: builds the GPU benchmark (preset `cuda`, without ITK, for any x86-64 of the last ten years) and gathers in OUT
# what a GPU machine needs beside its own Python torch 2.11: the program, the small libraries it links, the scripts, wheels of the peers.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
build=${1:-$root/build/cuda}
out=${2:-$root/build/gpu_bench}
cd "$root"
cmake --preset cuda -B "$build" -DFACET_ITK=OFF -DFACET_NATIVE=OFF -DFACET_TCMALLOC=OFF -DCMAKE_CXX_FLAGS=-march=x86-64-v3 >/dev/null
cmake --build "$build" --target bench_gpu
rm -rf "$out"
mkdir -p "$out/lib" "$out/wheels"
cp "$build/bench/gpu" bench/gpu/*.py "$out/"
git describe --always --dirty >"$out/commit.txt" 2>/dev/null || true
# The program's own small libraries; LibTorch, CUDA and the C library are the other machine's.
ldd "$out/gpu" | awk '$3 ~ /^\// {print $3}' | while read -r library; do
    case $(basename "$library") in
        libtorch* | libc10* | libcud* | libcu* | libnv* | libnccl* | libgomp* | libc.* | libm.* | libdl.* | libpthread.* | librt.* | libgcc_s.* | ld-linux*) ;;
        *) cp -L "$library" "$out/lib/" ;;
    esac
done
python3 -m pip download --quiet --no-deps --only-binary :all: -d "$out/wheels" monai==1.6.1 lightning==2.6.6 pytorch-lightning==2.6.6 \
    lightning-utilities==0.15.3 torchmetrics==1.9.0 PyYAML packaging tqdm fsspec || echo "pack.sh: no wheels of the peers; the stand-ins of peer.py will do" >&2
du -sh "$out"
