"""Files, here or in object storage: csv, jsonl, parquet, compressed or not."""
