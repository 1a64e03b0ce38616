export declare const PROJECT_ROOT: string;
export declare function isInstalled(root: string, options?: InstallOptions): boolean;
export declare function ensureInstalled(root: string, options?: InstallOptions): Promise<void>;
export interface InstallOptions {
  tests?: boolean;
}
export interface BuildOptions extends InstallOptions {
  dashboard?: boolean;
}
export declare function ensureBuilt(root: string, node: string, options?: BuildOptions): Promise<void>;
export declare function nodeToUse(root: string): string;
export declare function bootstrap(root?: string, options?: BuildOptions): Promise<string>;
