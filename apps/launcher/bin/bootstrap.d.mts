export declare const PROJECT_ROOT: string;
export declare function isInstalled(root: string): boolean;
export declare function ensureInstalled(root: string): Promise<void>;
export interface BuildOptions {
  dashboard?: boolean;
}
export declare function ensureBuilt(root: string, node: string, options?: BuildOptions): Promise<void>;
export declare function nodeToUse(root: string): string;
export declare function bootstrap(root?: string, options?: BuildOptions): Promise<string>;
