/** The editor's default themes, as far as the Inspector uses them: values that the editor gives to its webviews. */
export interface Theme {
  readonly id: string;
  /** the classes of `body`; high contrast light carries both, as the editor sets them */
  readonly classes: string;
  readonly colors: Readonly<Record<string, string>>;
}

export const themes: readonly Theme[] = [
  {
    id: 'high-contrast-light',
    classes: 'vscode-high-contrast-light vscode-high-contrast',
    colors: {
      foreground: '#292929',
      descriptionForeground: 'rgba(41, 41, 41, 0.7)',
      errorForeground: '#b5200d',
      focusBorder: '#006bbd',
      contrastBorder: '#0f4a85',
      contrastActiveBorder: '#006bbd',
      'editor-background': '#ffffff',
      'editor-foreground': '#292929',
      'editorCursor-foreground': '#0f4a85',
      'button-background': '#0f4a85',
      'button-foreground': '#ffffff',
      'button-secondaryForeground': '#292929',
      'button-secondaryBackground': '#ffffff',
      'inputOption-activeBorder': '#006bbd',
      'inputOption-activeForeground': '#292929',
      'charts-blue': '#1a85ff',
      'charts-orange': '#d18616',
      'charts-green': '#374e06',
    },
  },
  {
    id: 'high-contrast',
    classes: 'vscode-high-contrast',
    colors: {
      foreground: '#ffffff',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      errorForeground: '#f48771',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      'editorCursor-foreground': '#ffffff',
      'button-foreground': '#ffffff',
      'button-secondaryForeground': '#ffffff',
      'inputOption-activeBorder': '#f38518',
      'inputOption-activeForeground': '#ffffff',
      'charts-blue': '#3794ff',
      'charts-orange': '#d18616',
      'charts-green': '#89d185',
    },
  },
  {
    id: 'dark-modern',
    classes: 'vscode-dark',
    colors: {
      foreground: '#cccccc',
      descriptionForeground: '#9d9d9d',
      errorForeground: '#f85149',
      focusBorder: '#0078d4',
      'panel-border': '#2b2b2b',
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      'editorCursor-foreground': '#aeafad',
      'list-activeSelectionBackground': '#04395e',
      'list-activeSelectionForeground': '#ffffff',
      'button-background': '#0078d4',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#026ec1',
      'button-secondaryForeground': '#cccccc',
      'button-secondaryBackground': '#313131',
      'inputOption-activeBorder': '#2488db',
      'inputOption-activeForeground': '#ffffff',
      'inputOption-activeBackground': 'rgba(36, 137, 219, 0.51)',
      'inputValidation-errorBorder': '#be1100',
      'charts-blue': '#3794ff',
      'charts-orange': '#d18616',
      'charts-green': '#89d185',
    },
  },
  {
    id: 'light-modern',
    classes: 'vscode-light',
    colors: {
      foreground: '#3b3b3b',
      descriptionForeground: '#3b3b3b',
      errorForeground: '#f85149',
      focusBorder: '#005fb8',
      'panel-border': '#e5e5e5',
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      'editorCursor-foreground': '#000000',
      'list-activeSelectionBackground': '#e8e8e8',
      'list-activeSelectionForeground': '#000000',
      'button-background': '#005fb8',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#0258a8',
      'button-secondaryForeground': '#3b3b3b',
      'button-secondaryBackground': '#e5e5e5',
      'inputOption-activeBorder': '#005fb8',
      'inputOption-activeForeground': '#000000',
      'inputOption-activeBackground': '#bed6ed',
      'inputValidation-errorBorder': '#be1100',
      'charts-blue': '#1a85ff',
      'charts-orange': '#d18616',
      'charts-green': '#388a34',
    },
  },
];

/** The style sheet that stands in for what the editor sets on the page, its own default padding included. */
export function themeSheet(theme: Theme): string {
  const variables = Object.entries({
    ...theme.colors,
    'font-family': 'system-ui, "DejaVu Sans", sans-serif',
    'font-size': '13px',
    'editor-font-family': '"DejaVu Sans Mono", monospace',
    'editor-font-size': '14px',
  });
  return `:root { ${variables.map(([name, value]) => `--vscode-${name}: ${value};`).join(' ')} }
body { padding: 0 20px; background: var(--vscode-editor-background); }`;
}
