"use client";

import { Selecting } from "./_selection/selecting";
import { ViewerHost } from "./_viewer/viewer-host";
import { Question } from "./question";

export function AllHosts() {
  return (
    <>
      <Selecting />
      <ViewerHost />
      <Question />
    </>
  );
}
