import { useState } from "react";
import { useTexts } from "../../_texts/provider";
import { openedViewer } from "./open-viewer";

type Keys = [keys: string[], what: string][];

/** What `data-keys` says of a part of a page: which keys it has. The viewer, while it is open, is all there is. */
const places = ["viewer", "gallery", "arrange", "picture", "trash", "trashed"] as const;
type Place = (typeof places)[number];

/** The keys that do something where the list was opened, by where they do it. */
export function useKeysHere(): [name: string, keys: Keys][] {
  const texts = useTexts("viewer");
  const [here] = useState(placesHere);
  const [hasPanes] = useState(() => document.querySelector("[data-pane]") !== null);
  const [left, right, up, down] = ["←", "→", "↑", "↓"];
  const arrows = [up, down, left, right];
  const [enter, space] = [[texts("enter")], [texts("space")]];
  const lists: Record<Place, [name: string, keys: Keys]> = {
    viewer: [
      texts("keysInViewer"),
      [
        [[left, right], texts("keyNext")],
        [["+", "−", "0"], texts("keyZoom")],
        [arrows, texts("keyPan")],
        [space, texts("keySlideshow")],
        [["F"], texts("keyFullScreen")],
        [["I"], texts("keyFacts")],
        [["Delete"], texts("keyDelete")],
        [["Esc"], texts("keyClose")],
      ],
    ],
    gallery: [
      texts("keysInGallery"),
      [
        [arrows, texts("keyBeside")],
        [["Home", "End"], texts("keyEnds")],
        [enter, texts("keyOpen")],
        [["+", "−"], texts("keySize")],
        [space, texts("keySelect")],
        [["Shift", ...arrows], texts("keySelectBeside")],
        [["Ctrl", "A"], texts("keySelectAll")],
        [["Esc"], texts("keyEndSelection")],
        [["Delete"], texts("keyDelete")],
      ],
    ],
    arrange: [
      texts("keysInArrange"),
      [
        [arrows, texts("keyBeside")],
        [["Alt", ...arrows], texts("keyMove")],
      ],
    ],
    picture: [
      texts("keysInViewer"),
      [
        [[left, right], texts("keyNext")],
        [["Esc"], texts("keyClose")],
      ],
    ],
    trash: [
      texts("keysInGallery"),
      [
        [enter, texts("keyOpen")],
        [space, texts("keySelectOne")],
      ],
    ],
    trashed: [texts("keysInViewer"), [[["Esc"], texts("keyToTrash")]]],
  };
  return [
    ...here.map((place) => lists[place]),
    [
      texts("keysEverywhere"),
      [...(hasPanes ? [[["F6"], texts("keyPanes")] as Keys[number]] : []), [["?"], texts("keyKeys")]],
    ],
  ];
}

function placesHere(): Place[] {
  if (openedViewer() !== null) return ["viewer"];
  const here = places.filter((place) => document.querySelector(`[data-keys="${place}"]`) !== null);
  // What can be opened from here.
  return here.includes("gallery") ? [...here, "viewer"] : here;
}
