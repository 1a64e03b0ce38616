export { Uploader, type UploaderOptions, type UploadLink } from './upload.service.js';
