# docker build -t budget-performance .
# docker run --rm --network none -v "$PWD/in:/in:ro" -v "$PWD/out:/out" budget-performance parse /in --out /out
FROM python:3.11-slim
# OpenMP for the recogniser's runtime
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps -r requirements.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY budget_performance budget_performance
COPY pipeline pipeline
COPY normalizers normalizers
RUN pip install --no-cache-dir --no-deps . && rm -rf /build
RUN useradd --create-home reader
USER reader
WORKDIR /home/reader
ENTRYPOINT ["budget-performance"]
CMD ["--help"]
