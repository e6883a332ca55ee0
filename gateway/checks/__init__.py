"""`sensorhub gateway check`: what is wrong before the van leaves."""
