"""The same map in Streamlit and Vizro, as their documentation shows it; run by `bench.beside`, never by the atlas."""
