/** As the server and the pipelines write it, text and JSON; to the microsecond. */
export const timestamp = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/;
