"""What is deployed where: boards and deployment files."""
