"""A real Spark on two cores of this machine. `make test` leaves this folder out, `make test-spark` runs it."""

from collections.abc import Iterator
from typing import Any

import pytest
from ibis.backends import BaseBackend


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "2g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        # A few thousand rows take less than compiling, and optimizing, code for them.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.sql.session.timeZone", "Asia/Shanghai")  # not what is needed: the reading sets its own
        .config("spark.sql.ansi.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def connection(spark: Any) -> BaseBackend:
    import ibis

    return ibis.pyspark.connect(spark)
