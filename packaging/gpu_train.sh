#!/usr/bin/env bash
# Half an hour of a bare CUDA machine: data, training at full scale, evaluation, weights to take home.
#
#     bash packaging/gpu_train.sh --seconds 560          # as often as it takes; each call goes on where the last ended
#     bash packaging/gpu_join.sh FILES runs/from-gpu     # at home: the parts of what came back, joined and unpacked
#
# Needs python3 with torch (CUDA), lightning, numba, h5py, SciPy, safetensors, filelock, matplotlib, tqdm and msgspec;
# neither a network, nor the window's or VTK's packages, nor an installation. Where one is missing the first line says
# which.
# Everything lies in runs/gpu/ (ignored by git, so it must outlast the calls); results go to $OUT, or runs/gpu/out/: at
# most six parts of 15 MiB with the model, its evaluation and figures, beside summary.json.
#
# Time plan for an H100 or H200 with 16 cores, three calls of 575, 575 and 400 s:
#
#     call  stage      box       what
#     1     data       180 s     Cahn-Hilliard series on the GPU, six processes share it (about 0.3 s a series)
#                      ~100 s    labels and packing on all cores, about 26 volumes a series
#     1     vae        180 s     autoencoder; 4096 volumes live on the GPU, crops are cut there
#                      ~60 s     encoding; volumes are read by 12 processes
#     2     ddpm        45 s     feature predictor
#     2, 3             600 s     denoiser: 21 million parameters, batch 128, bf16, channels last, compiled
#     3     raw         90 s     3200 held-out targets, one sample each
#     3     matched     90 s     640 targets, exact fractions, best of 8
#     3     batches     20 s     seconds per sample at batches of 1 to 64
#     3     report      20 s     page with figures: control, samples, losses, times
#     all   pack        10 s
#
# A stage that is done is skipped; one that the end of a call interrupts goes on from its checkpoint in the next.
# `--toy` does the same in seconds on any machine.
set -euo pipefail
cd "$(dirname "$0")/.."

export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=PASSIVE
exec "${PYTHON:-python3}" packaging/gpu_train.py "$@"
