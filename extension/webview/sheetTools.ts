import { useEffect, useState } from 'preact/hooks';
import { loadScript } from './loadScript.ts';
import type { sheetTools, SheetsWindow } from './sheets.ts';

export type SheetTools = typeof sheetTools;

const brought = (): SheetTools | undefined => (window as SheetsWindow).nihiloSheets;

/** What sheets are made with, a script of its own: nobody needs it before a number is looked at. */
export function loadSheetTools(): Promise<SheetTools> {
  return loadScript('sheets.js', brought);
}

/** @returns null while they are fetched @throws as the page draws, where they can't be had */
export function useSheetTools(): SheetTools | null {
  const [failure, setFailure] = useState<Error | null>(null);
  const [tools, setTools] = useState<SheetTools | null>(brought() ?? null);
  useEffect(() => {
    if (tools === null) loadSheetTools().then((loaded) => setTools(() => loaded), setFailure);
  }, [tools]);
  if (failure !== null) throw failure;
  return tools;
}
