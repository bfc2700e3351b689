select d.source, d.file, d.url, d.sha256, d.retrieved from delivery d order by d.source, d.file
