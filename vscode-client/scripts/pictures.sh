#!/usr/bin/env bash
# Takes the best pictures of the last workbench tests into the documentation and the walkthrough, small (needs ImageMagick).
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${WORKBENCH_PICTURES:-out/pictures}
small=(-strip +dither -colors 96)

for name in preview hover menu results related walkthrough; do
  convert "$pictures/$name.png" "${small[@]}" "PNG8:../docs/pictures/$name.png"
done
# The walkthrough has less room: details.
convert "$pictures/preview.png" -crop 632x480+325+22 +repage "${small[@]}" PNG8:walkthrough/search.png
convert "$pictures/hover.png" -crop 800x330+352+250 +repage "${small[@]}" PNG8:walkthrough/related.png
convert "$pictures/menu.png" -crop 632x300+325+22 +repage "${small[@]}" PNG8:walkthrough/menu.png
