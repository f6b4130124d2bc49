"""Reads budget-performance disclosures and writes them as five Parquet tables."""
