"use client";

import { EditDateHost } from "./_facts/edit-date";
import { Selecting } from "./_selection/selecting";
import { ViewerHost } from "./_viewer/viewer-host";
import { AlbumHost } from "./albums/album-host";

export function AllHosts() {
  return (
    <>
      <Selecting />
      <AlbumHost />
      <ViewerHost />
      <EditDateHost />
    </>
  );
}
