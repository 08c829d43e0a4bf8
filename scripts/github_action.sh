#!/usr/bin/env bash
# What action.yml runs: one hyprl command from the inputs, which arrive in the environment and are never evaluated.
# Exits as hyprl does; tells GitHub the verdict and where the files are.
set -euo pipefail

case "$COMMAND" in
  diff)
    if [[ -z "$LEFT" || -z "$RIGHT" ]]; then
      echo "::error title=HyprL parity::the inputs left and right name the two logs that diff compares"
      exit 2
    fi
    ;;
  check) ;;
  *)
    echo "::error title=HyprL parity::the input command is diff or check"
    exit 2
    ;;
esac

# Results of an earlier step in the same folder must not be taken for this one's.
mkdir -p "$OUT"
rm -f -- "$OUT/result.json" "$OUT/junit.xml" "$OUT/report.html"

arguments=("$COMMAND" --out "$OUT" --json "$OUT/result.json" --junit "$OUT/junit.xml" --page "$OUT/report.html" --github)
[[ -n "$STAGE" ]] && arguments+=(--stage "$STAGE")
[[ -n "$BASELINE" ]] && arguments+=(--baseline "$BASELINE")
while IFS= read -r argument; do
  [[ -n "$argument" ]] && arguments+=("$argument")
done <<<"$ARGUMENTS"
[[ "$COMMAND" == diff ]] && arguments+=(-- "$LEFT" "$RIGHT")

code=0
"$HYPRL" "${arguments[@]}" || code=$?

verdict=""
case "$code" in
  0) verdict=kept ;;
  1) verdict=broken ;;
  3) verdict=not_assessed ;;
  *) echo "::error title=HyprL parity::the input could not be used; see the log of this step" ;;
esac
{
  echo "verdict=$verdict"
  echo "page=$OUT/report.html"
  echo "json=$OUT/result.json"
} >>"$GITHUB_OUTPUT"
exit "$code"
